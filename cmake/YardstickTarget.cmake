# What every target of ours has in common: standard, warnings, visibility, sanitizers.

set(YARDSTICK_SANITIZE_FLAGS "")
if(YARDSTICK_SANITIZE)
  set(YARDSTICK_SANITIZE_FLAGS -fsanitize=${YARDSTICK_SANITIZE} -fno-omit-frame-pointer)
endif()

# Parsing LibTorch's headers is most of what a source costs; precompiled, a file takes a third of the
# time. Compilers want the same flags for a precompiled header and its users, hence -fPIC everywhere.
# yardstick_precompile(<target> HEADERS ... DEPENDS ...) makes the header, yardstick_use_precompiled(<target> <from>)
# uses it; without YARDSTICK_PCH neither does anything, and every file must still compile.
function(yardstick_precompile name)
  cmake_parse_arguments(arg "" "" "HEADERS;DEPENDS" ${ARGN})
  if(NOT YARDSTICK_PCH)
    return()
  endif()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  yardstick_configure_target(${name})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
endfunction()

function(yardstick_use_precompiled name from)
  if(NOT YARDSTICK_PCH)
    return()
  endif()
  target_precompile_headers(${name} REUSE_FROM ${from})
endfunction()

function(yardstick_configure_target name)
  target_compile_features(${name} PUBLIC cxx_std_20)
  set_target_properties(${name} PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-fPIC>
    $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-fPIC>
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor>
    # GCC 12 warns inside its own std::string where that comes from a precompiled header.
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-stringop-overflow -Wno-restrict>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${YARDSTICK_WERROR}>>:-Werror>
    $<$<COMPILE_LANGUAGE:CXX>:${YARDSTICK_SANITIZE_FLAGS}>)
  target_link_options(${name} PRIVATE ${YARDSTICK_SANITIZE_FLAGS})
  if(YARDSTICK_MOLD)
    target_link_options(${name} PRIVATE -fuse-ld=mold)
  endif()
  if(YARDSTICK_PCH AND YARDSTICK_CCACHE)
    # ccache refuses precompiled headers unless told that it may trust their date and macros. Paths
    # below the project count from there, so that a second checkout takes what the first compiled.
    set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;CCACHE_BASEDIR=${PROJECT_SOURCE_DIR};CCACHE_NOHASHDIR=1;${YARDSTICK_CCACHE}")
    target_compile_options(${name} PRIVATE
      $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fpch-preprocess>)
  endif()
endfunction()

# yardstick_add_library(<folder> [SHARED] [NO_TORCH] [PRECOMPILED <target>] SOURCES ... [DEPENDS ...]
# [PRIVATE_DEPENDS ...]) makes yardstick_<folder> and its alias yardstick::<folder>. Headers are
# included by their path from the project's root.
function(yardstick_add_library name)
  cmake_parse_arguments(arg "SHARED;NO_TORCH" "PRECOMPILED" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  if(NOT arg_PRECOMPILED)
    set(arg_PRECOMPILED yardstick_pch_tensor)
  endif()
  if(arg_SHARED)
    add_library(yardstick_${name} SHARED ${arg_SOURCES})
  else()
    add_library(yardstick_${name} STATIC ${arg_SOURCES})
  endif()
  add_library(yardstick::${name} ALIAS yardstick_${name})
  yardstick_configure_target(yardstick_${name})
  target_include_directories(yardstick_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(yardstick_${name} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  if(NOT arg_NO_TORCH)
    yardstick_use_precompiled(yardstick_${name} ${arg_PRECOMPILED})
  endif()
endfunction()

# Nothing of a test's own code is worth optimising, and that is most of what compiling it costs.
function(yardstick_compile_fast name)
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O0>)
endfunction()

# yardstick_add_tests(<folder> SOURCES ... [DEPENDS ...] [LABELS ...] [ALONE <filter>]) makes
# yardstick_tests_<folder> and registers each of its cases with CTest. ALONE: a filter of GoogleTest;
# what it matches runs while no other test does, since it tells speeds apart.
function(yardstick_add_tests name)
  cmake_parse_arguments(arg "" "TIMEOUT;ALONE" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(yardstick_tests_${name} ${arg_SOURCES})
  yardstick_configure_target(yardstick_tests_${name})
  yardstick_compile_fast(yardstick_tests_${name})
  target_include_directories(yardstick_tests_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(yardstick_tests_${name} PRIVATE
    ${arg_DEPENDS} yardstick_project_paths GTest::gmock GTest::gtest_main)
  yardstick_use_precompiled(yardstick_tests_${name} yardstick_test_pch)
  set(filter)
  if(arg_ALONE)
    gtest_discover_tests(yardstick_tests_${name}
      TEST_PREFIX ${name}.
      TEST_FILTER ${arg_ALONE}
      DISCOVERY_MODE PRE_TEST
      PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} RUN_SERIAL ON)
    set(filter TEST_FILTER -${arg_ALONE})
  endif()
  gtest_discover_tests(yardstick_tests_${name}
    TEST_PREFIX ${name}.
    ${filter}
    DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
endfunction()
