# edgeplane_broken: the binary with one promise broken on purpose. Its stores say that a
# command is durable, and commit it some time later. The crash test has to find that out.
function(edgeplane_answer_early store commit answer)
  set(source ${CMAKE_SOURCE_DIR}/storage/${store}/writer.cc)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} text)
  string(FIND "${text}" "${commit}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "${source} has no '${commit}' any more: break it where it commits.")
  endif()
  set(early "for (size_t i = 0; i < batch.size(); ++i) {
      if (batch[i]->operation == StoreOperation::kEnqueueCommand) { ${answer} }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));")
  string(REPLACE "${commit}" "${early}\n    ${commit}" broken "#include <thread>\n${text}")
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/broken/${store}_writer.cc CONTENT "${broken}")
  # Before the libraries: their own writer is then left out by the linker.
  target_sources(edgeplane_broken
    PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/broken/${store}_writer.cc)
endfunction()

add_executable(edgeplane_broken ${CMAKE_SOURCE_DIR}/cli/main.cc)
target_link_libraries(edgeplane_broken PRIVATE edgeplane_cli)
edgeplane_answer_early(sqlite "end = Commit(" "AnswerAll({batch[i]}, {answers[i]});")
edgeplane_answer_early(postgres "done = tx.Commit(" "queue_.Answer(batch[i], std::nullopt);")
