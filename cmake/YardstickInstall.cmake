# What the program reads at run time lies in share/yardstick beside bin/: links into the source tree
# here, copies where it is installed.
set(_share ${PROJECT_BINARY_DIR}/share/yardstick)
file(MAKE_DIRECTORY ${_share})
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/configs ${_share}/configs SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/tasks/data ${_share}/data SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/results/report ${_share}/report SYMBOLIC)

# The installed package: find_package(Yardstick) gives yardstick::registry and yardstick_add_plugin().
include(CMakePackageConfigHelpers)

if(TARGET yardstick)
  install(TARGETS yardstick RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS yardstick_registry EXPORT YardstickTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET yardstick_cuda)
  install(TARGETS yardstick_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(DIRECTORY registry/include/ ${PROJECT_BINARY_DIR}/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/yardstick)
install(DIRECTORY tasks/data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/yardstick/data)
install(DIRECTORY results/report/ DESTINATION ${CMAKE_INSTALL_DATADIR}/yardstick/report)

set(_package ${CMAKE_INSTALL_LIBDIR}/cmake/Yardstick)
install(EXPORT YardstickTargets NAMESPACE yardstick:: DESTINATION ${_package})
configure_package_config_file(cmake/YardstickConfig.cmake.in
  ${PROJECT_BINARY_DIR}/YardstickConfig.cmake INSTALL_DESTINATION ${_package}
  PATH_VARS CMAKE_INSTALL_BINDIR)
# nn types and our contracts are compatible within a minor version only (docs/plugins.md).
write_basic_package_version_file(${PROJECT_BINARY_DIR}/YardstickConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/YardstickConfig.cmake ${PROJECT_BINARY_DIR}/YardstickConfigVersion.cmake
  cmake/FindLibTorch.cmake cmake/YardstickPlugin.cmake
  DESTINATION ${_package})
