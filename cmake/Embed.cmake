# edgeplane_embed(TARGET NAMESPACE HEADER FILES..)
#
# Makes every file's content a `std::string_view` in NAMESPACE, named after the
# file (claim_commands.sql -> k_claim_commands), and lists all of them, ordered
# by name, in `kAll` as {name, content}. HEADER is the path the generated header
# is included by.
function(edgeplane_embed target namespace header)
  set(output ${CMAKE_BINARY_DIR}/embedded/${header})
  set(inputs "")
  foreach(file IN LISTS ARGN)
    get_filename_component(path ${file} ABSOLUTE)
    list(APPEND inputs ${path})
  endforeach()
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DNAMESPACE=${namespace}" "-DINPUTS=${inputs}"
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    COMMENT "Embedding ${header}"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/embedded)
endfunction()
