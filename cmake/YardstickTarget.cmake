# What every target of ours has in common: standard, warnings, visibility, sanitizers.

set(YARDSTICK_SANITIZE_FLAGS "")
if(YARDSTICK_SANITIZE)
  set(YARDSTICK_SANITIZE_FLAGS -fsanitize=${YARDSTICK_SANITIZE} -fno-omit-frame-pointer)
endif()

function(yardstick_configure_target name)
  target_compile_features(${name} PUBLIC cxx_std_20)
  set_target_properties(${name} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${name} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${YARDSTICK_WERROR}>>:-Werror>
    $<$<COMPILE_LANGUAGE:CXX>:${YARDSTICK_SANITIZE_FLAGS}>)
  target_link_options(${name} PRIVATE ${YARDSTICK_SANITIZE_FLAGS})
  if(YARDSTICK_MOLD)
    target_link_options(${name} PRIVATE -fuse-ld=mold)
  endif()
endfunction()

# yardstick_add_library(<folder> [SHARED] SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...])
# makes yardstick_<folder> and its alias yardstick::<folder>. Headers are included by their path from
# the project's root.
function(yardstick_add_library name)
  cmake_parse_arguments(arg "SHARED" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  if(arg_SHARED)
    add_library(yardstick_${name} SHARED ${arg_SOURCES})
  else()
    add_library(yardstick_${name} STATIC ${arg_SOURCES})
  endif()
  add_library(yardstick::${name} ALIAS yardstick_${name})
  yardstick_configure_target(yardstick_${name})
  target_include_directories(yardstick_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(yardstick_${name} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
endfunction()

# yardstick_add_tests(<folder> SOURCES ... [DEPENDS ...] [LABELS ...]) makes yardstick_tests_<folder>
# and registers each of its cases with CTest.
function(yardstick_add_tests name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(yardstick_tests_${name} ${arg_SOURCES})
  yardstick_configure_target(yardstick_tests_${name})
  target_include_directories(yardstick_tests_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(yardstick_tests_${name} PRIVATE
    YARDSTICK_TEST_DATA="${PROJECT_SOURCE_DIR}/tests"
    YARDSTICK_SHARE_DIR="${PROJECT_BINARY_DIR}/share/yardstick"
    YARDSTICK_BINARY="${PROJECT_BINARY_DIR}/bin/yardstick"
    YARDSTICK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(yardstick_tests_${name} PRIVATE ${arg_DEPENDS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(yardstick_tests_${name}
    TEST_PREFIX ${name}.
    DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
endfunction()
