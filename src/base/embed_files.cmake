# cmake "-DINPUTS=a.json;b.json" -DOUTPUT=file.cpp -DHEADER=src/x/y.hpp -DFUNCTION=name -P embed_files.cmake
# Writes a C++ source that defines std::span<const EmbeddedFile> FUNCTION(), which HEADER declares: the input files byte
# for byte (src/base/embedded_file.hpp).

cmake_minimum_required(VERSION 3.25)

foreach(argument INPUTS OUTPUT HEADER FUNCTION)
  if("${${argument}}" STREQUAL "")
    message(FATAL_ERROR "embed_files.cmake: -D${argument}=... is missing")
  endif()
endforeach()

# Compilers need not take string literals of any length: the text becomes several, cut at ends of lines, never inside a
# character. The text is only ever quoted, never a list: brackets and semicolons mean something in CMake's lists.
set(longest 8000)
set(delimiter "text")

set(entries "")
foreach(input IN LISTS INPUTS)
  if(NOT EXISTS "${input}")
    message(FATAL_ERROR "embed_files.cmake: ${input}: no such file")
  endif()
  get_filename_component(name "${input}" NAME)
  file(READ "${input}" text)
  file(SIZE "${input}" size)
  string(LENGTH "${text}" length)
  if(NOT length EQUAL size)
    message(FATAL_ERROR "embed_files.cmake: ${input}: holds a carriage return or a zero byte; take it out")
  endif()
  string(FIND "${text}" ")${delimiter}\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "embed_files.cmake: ${input}: holds )${delimiter}\", its own delimiter; change that")
  endif()

  string(APPEND entries "    {\"${name}\",\n")
  if(size EQUAL 0)
    string(APPEND entries "     \"\"")
  endif()
  while(NOT text STREQUAL "")
    string(LENGTH "${text}" cut)
    if(cut GREATER longest)
      string(SUBSTRING "${text}" 0 ${longest} piece)
      string(FIND "${piece}" "\n" cut REVERSE)
      if(cut EQUAL -1)
        message(FATAL_ERROR "embed_files.cmake: ${input}: has a line of more than ${longest} bytes; break it")
      endif()
      math(EXPR cut "${cut} + 1")
    endif()
    string(SUBSTRING "${text}" 0 ${cut} piece)
    string(SUBSTRING "${text}" ${cut} -1 text)
    string(APPEND entries "R\"${delimiter}(${piece})${delimiter}\"\n")
  endwhile()
  string(APPEND entries "    },\n")
endforeach()

string(CONCAT source
  "// Written by src/base/embed_files.cmake.\n"
  "#include \"${HEADER}\"\n"
  "\n"
  "// Compilers need not take such long strings; those that are known do.\n"
  "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
  "\n"
  "namespace equivec {\n"
  "\n"
  "std::span<const EmbeddedFile> ${FUNCTION}() noexcept {\n"
  "  static constexpr EmbeddedFile files[] = {\n"
  "${entries}"
  "  };\n"
  "  return files;\n"
  "}\n"
  "\n"
  "}  // namespace equivec\n")

set(old "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" old)
endif()
if(NOT "${source}" STREQUAL "${old}")
  file(WRITE "${OUTPUT}.partial" "${source}")
  file(RENAME "${OUTPUT}.partial" "${OUTPUT}")
endif()
