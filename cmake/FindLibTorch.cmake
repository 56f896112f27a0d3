# Finds LibTorch and defines
#   LibTorch::cpu   libtorch_cpu and libc10: all that most of Yardstick links
#   LibTorch::cuda  libtorch_cuda and libc10_cuda, where LibTorch has them
#   LibTorch_VERSION, LibTorch_PREFIX, LibTorch_HAS_CUDA
#
# Not TorchConfig.cmake: that one asks for nvcc even to build a CPU program against a CUDA LibTorch,
# and links libtorch_cuda into everything, which doubles the start-up time (docs/decisions/0002).
# Looked for in LIBTORCH_ROOT, Torch_DIR, Torch_ROOT, CMAKE_PREFIX_PATH, then ${YARDSTICK_DEPS}.

set(_hints ${LIBTORCH_ROOT} $ENV{LIBTORCH_ROOT} ${Torch_ROOT} $ENV{Torch_ROOT})
if(Torch_DIR)
  list(APPEND _hints ${Torch_DIR}/../../..)
endif()
file(GLOB _venv ${YARDSTICK_DEPS}/venv/lib/python3.*/site-packages/torch)
find_path(LibTorch_PREFIX include/ATen/core/Tensor.h
  HINTS ${_hints} PATHS ${CMAKE_PREFIX_PATH} ${_venv} NO_CMAKE_SYSTEM_PATH
  DOC "LibTorch's folder, the one with include/ and lib/")
find_library(LibTorch_CPU_LIBRARY torch_cpu HINTS ${LibTorch_PREFIX}/lib NO_DEFAULT_PATH)
find_library(LibTorch_C10_LIBRARY c10 HINTS ${LibTorch_PREFIX}/lib NO_DEFAULT_PATH)
find_library(LibTorch_CUDA_LIBRARY torch_cuda HINTS ${LibTorch_PREFIX}/lib NO_DEFAULT_PATH)
find_library(LibTorch_C10_CUDA_LIBRARY c10_cuda HINTS ${LibTorch_PREFIX}/lib NO_DEFAULT_PATH)
mark_as_advanced(LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_CUDA_LIBRARY
  LibTorch_C10_CUDA_LIBRARY)

if(LibTorch_PREFIX)
  file(READ ${LibTorch_PREFIX}/include/torch/headeronly/version.h _text)
  foreach(_part MAJOR MINOR PATCH)
    string(REGEX MATCH "TORCH_VERSION_${_part} ([0-9]+)" _ ${_text})
    set(_${_part} ${CMAKE_MATCH_1})
  endforeach()
  set(LibTorch_VERSION ${_MAJOR}.${_MINOR}.${_PATCH})
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_PREFIX LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run scripts/setup.sh, or pass -DLIBTORCH_ROOT=<folder with include/ and lib/>")

set(LibTorch_HAS_CUDA OFF)
if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  # The pip package keeps CUDA's run-time libraries, which libtorch_cpu.so needs, beside torch/.
  file(GLOB _cuda_dirs ${LibTorch_PREFIX}/../nvidia/*/lib)
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION ${LibTorch_C10_LIBRARY})
  add_library(LibTorch::cpu SHARED IMPORTED)
  set_target_properties(LibTorch::cpu PROPERTIES IMPORTED_LOCATION ${LibTorch_CPU_LIBRARY})
  target_include_directories(LibTorch::cpu SYSTEM INTERFACE
    ${LibTorch_PREFIX}/include ${LibTorch_PREFIX}/include/torch/csrc/api/include)
  target_link_libraries(LibTorch::cpu INTERFACE LibTorch::c10)
  foreach(_dir ${_cuda_dirs})
    target_link_options(LibTorch::cpu INTERFACE LINKER:-rpath-link,${_dir})
  endforeach()
  # mold resolves nothing through a shared library's own needs, GNU ld does unless told otherwise.
  target_link_options(LibTorch::cpu INTERFACE LINKER:--allow-shlib-undefined)
  if(LibTorch_CUDA_LIBRARY AND LibTorch_C10_CUDA_LIBRARY)
    set(LibTorch_HAS_CUDA ON)
    add_library(LibTorch::c10_cuda SHARED IMPORTED)
    set_target_properties(LibTorch::c10_cuda PROPERTIES IMPORTED_LOCATION ${LibTorch_C10_CUDA_LIBRARY})
    add_library(LibTorch::cuda SHARED IMPORTED)
    set_target_properties(LibTorch::cuda PROPERTIES IMPORTED_LOCATION ${LibTorch_CUDA_LIBRARY})
    target_link_libraries(LibTorch::cuda INTERFACE LibTorch::cpu LibTorch::c10_cuda)
  endif()
endif()
