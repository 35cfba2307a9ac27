# Who may include whom. Run from the project's root: cmake -P tests/layers.cmake
#
# A folder is a stage of the chain from text to reports; it includes itself and the folders before it in this list. The
# folders of src, include/equivec and apps are checked alike, file by file.
set(stages base files math kernels text counts vectors train search map evaluate bias debias spaces downstream report explore)
set(program python cli commands ranks sequence)  # folders of apps, after all of the library; sequence is in src too

set(rank 0)
foreach(stage IN LISTS stages program)
  set(rank_of_${stage} ${rank})
  math(EXPR rank "${rank} + 1")
endforeach()

# stage_of(PATH RESULT): the folder that the path of a file or of an include stands in: "math" of equivec/math/x.hpp.
function(stage_of path result)
  if(path MATCHES "^(include/equivec|equivec|src|apps)/([^/]+)/")
    set(${result} ${CMAKE_MATCH_2} PARENT_SCOPE)
  else()
    set(${result} "" PARENT_SCOPE)
  endif()
endfunction()

file(GLOB_RECURSE files RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
  include/*.hpp src/*.hpp src/*.cpp apps/*.hpp apps/*.cpp)
list(LENGTH files count)
if(count LESS 100)
  message(FATAL_ERROR "layers.cmake: found ${count} files; run it from the project's root")
endif()

foreach(file IN LISTS files)
  stage_of(${file} own)
  if(own STREQUAL "" AND NOT file MATCHES "^apps/[^/]+$")  # apps/main.cpp stands above all
    message(SEND_ERROR "${file}: stands in no folder of a stage")
    continue()
  endif()
  if(NOT own STREQUAL "" AND NOT DEFINED rank_of_${own})
    message(SEND_ERROR "${file}: the folder '${own}' is none of the stages in tests/layers.cmake")
    continue()
  endif()
  file(STRINGS ${file} lines REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"](equivec|src|apps)/")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]*).*" "\\1" used "${line}")
    stage_of(${used} stage)
    if(stage STREQUAL "" OR NOT DEFINED rank_of_${stage})
      message(SEND_ERROR "${file}: includes ${used}, which stands in no folder of a stage")
    elseif(NOT own STREQUAL "" AND rank_of_${stage} GREATER rank_of_${own})
      message(SEND_ERROR "${file}: must not include ${used}: '${stage}' comes after '${own}'")
    endif()
  endforeach()
  # A quoted include names its file from the root, so that the rule above sees it.
  file(STRINGS ${file} lines REGEX "^[ \t]*#[ \t]*include[ \t]*\"")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "\"(equivec|src|apps)/")
      message(SEND_ERROR "${file}: ${line}: name the file from the project's root")
    endif()
  endforeach()
endforeach()

# forbid(REASON WHAT FILES...): none of the files may include anything that the regular expression WHAT matches.
function(forbid reason what)
  foreach(file IN LISTS ARGN)
    file(STRINGS ${file} lines REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]*/)?(${what})")
    foreach(line IN LISTS lines)
      file(RELATIVE_PATH shown ${CMAKE_CURRENT_SOURCE_DIR} ${file})
      message(SEND_ERROR "${shown}: ${line}: ${reason}")
    endforeach()
  endforeach()
endfunction()

file(GLOB_RECURSE library include/*.hpp src/*.hpp src/*.cpp)
file(GLOB_RECURSE public include/*.hpp)
file(GLOB_RECURSE tests tests/*.hpp tests/*.cpp)
file(GLOB_RECURSE training src/train/* src/kernels/*)
file(GLOB_RECURSE formats src/vectors/*)
forbid("the library knows nothing of the program" "apps/" ${library})
forbid("a public header needs no private one" "src/" ${public})
forbid("only the program reads the command line" "boost/program_options" ${library} ${tests})
forbid("TBB stays inside src/" "(oneapi/)?tbb/|tbb\\.h|execution[>\"]" ${public})
forbid("JSON stays inside src/" "nlohmann/" ${public})
forbid("training knows no vector format" "vectors/formats[./]" ${training})
forbid("formats know no training" "word2vec[./]|kernels/(window|glove)_" ${formats})

# Two classes of one name in a namespace are one class to the linker, which takes the functions of either for both.
file(GLOB_RECURSE headers RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} include/*.hpp src/*.hpp)
foreach(file IN LISTS headers)
  file(STRINGS ${file} lines REGEX "^(class|struct) [A-Za-z0-9]+( final)?( : .*)? [{]$")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^(class|struct) ([A-Za-z0-9]+).*" "\\2" name "${line}")
    if(DEFINED header_of_${name} AND NOT header_of_${name} STREQUAL file)
      message(SEND_ERROR "${file}: '${name}' is a class of ${header_of_${name}} too; give it another name")
    endif()
    set(header_of_${name} ${file})
  endforeach()
endforeach()
