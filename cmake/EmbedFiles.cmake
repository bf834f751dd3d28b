# Run by edgeplane_embed: writes OUTPUT from INPUTS in NAMESPACE.
list(SORT INPUTS)
set(constants "")
set(rows "")
foreach(input IN LISTS INPUTS)
  get_filename_component(name ${input} NAME_WE)
  file(READ ${input} content)
  string(APPEND constants "inline constexpr std::string_view k_${name} = R\"__embed__(${content})__embed__\";\n")
  string(APPEND rows "    {\"${name}\", k_${name}},\n")
endforeach()
list(LENGTH INPUTS count)
file(WRITE ${OUTPUT} "// Generated from the project's files. Do not edit.
#pragma once
#include <array>
#include <string_view>
#include <utility>
namespace ${NAMESPACE} {
${constants}
inline constexpr std::array<std::pair<std::string_view, std::string_view>, ${count}> kAll = {{
${rows}}};
}  // namespace ${NAMESPACE}
")
