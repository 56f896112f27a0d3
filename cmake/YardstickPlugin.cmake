# yardstick_add_plugin(<name> <source>...) makes the plug-in <name>.so with everything that the host
# expects of it: hidden symbols, C++20, no "lib" prefix. Where tests are enabled it also registers
# the conformance tests that Yardstick's own models pass.
function(yardstick_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE yardstick::registry)
  target_compile_features(${name} PRIVATE cxx_std_20)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  if(BUILD_TESTING)
    add_test(NAME ${name}.conformance
      COMMAND ${YARDSTICK_EXECUTABLE} plugin check $<TARGET_FILE:${name}>)
  endif()
endfunction()
