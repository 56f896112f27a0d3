# Installs Yardstick, builds examples/plugin against the installed package, checks it, and trains it for
# an epoch on the digits. Run with cmake -P and BUILD, SOURCE, WORK, LIBTORCH, GENERATOR.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result)
    message(FATAL_ERROR "${ARGN}\nended with ${result}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
set(yardstick ${WORK}/prefix/bin/yardstick)
set(plugin ${WORK}/build/tinynet.so)

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${SOURCE}/examples/plugin -B ${WORK}/build -G ${GENERATOR}
  -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_BUILD_TYPE=Release)
run(${CMAKE_COMMAND} --build ${WORK}/build)

run(${yardstick} --plugin ${plugin} list models "tinynet*")
if(NOT output MATCHES "tinynet_28")
  message(FATAL_ERROR "list does not show the plug-in's model:\n${output}")
endif()
run(${yardstick} plugin check ${plugin})
run(${yardstick} --plugin ${plugin} train tinynet_28 --task digits --epochs 1 --warmup-epochs 0 --batch-size 100
  --output ${WORK}/run --db ${WORK}/results.db)
run(${yardstick} leaderboard --db ${WORK}/results.db --format csv)
if(NOT output MATCHES "tinynet_28")
  message(FATAL_ERROR "the leaderboard does not show the plug-in's run:\n${output}")
endif()
