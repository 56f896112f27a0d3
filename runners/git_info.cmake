# Writes the commit, and the hash of what differs from it, to OUTPUT; touches it only where they
# changed, so that a build without a change rebuilds nothing. Run as a script with SOURCE and OUTPUT.
set(_commit "")
set(_dirty "")
find_program(_git git)
if(_git)
  execute_process(COMMAND ${_git} -C ${SOURCE} rev-parse HEAD
    OUTPUT_VARIABLE _commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${_git} -C ${SOURCE} diff HEAD
    OUTPUT_VARIABLE _diff ERROR_QUIET)
  if(_diff)
    string(SHA1 _dirty "${_diff}")
  endif()
endif()
set(_text "#pragma once\n\n#define YARDSTICK_GIT_COMMIT \"${_commit}\"\n#define YARDSTICK_GIT_DIRTY \"${_dirty}\"\n")
set(_old "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} _old)
endif()
if(NOT _text STREQUAL _old)
  file(WRITE ${OUTPUT} "${_text}")
endif()
