# Who may include whom. Run from the project's root: cmake -P tests/layers.cmake

# Lowest first: a header of include/equivec may include only headers of its own layer or of one above it in this list.
set(layers
  "types error post_condition progress rng statistics"
  "corpus alias_sampler"
  "vocabulary"
  "encoded_corpus embeddings evaluation_sets"
  "cooccurrence training"
  "clusters formats glove word2vec neighbors word_sets"
  "analogy association bias"
  "biased_analogies biased_words debias half_sibling null_space projection_debias repulsion_attraction soft_debias"
  "bias_measures evaluate"
  "debias_methods probe")

set(level 0)
foreach(layer IN LISTS layers)
  separate_arguments(layer)
  foreach(name IN LISTS layer)
    set(level_of_${name} ${level})
  endforeach()
  math(EXPR level "${level} + 1")
endforeach()

file(GLOB headers include/equivec/*.hpp)
if(NOT headers)
  message(FATAL_ERROR "layers.cmake: no include/equivec/*.hpp here; run it from the project's root")
endif()
foreach(header IN LISTS headers)
  get_filename_component(name ${header} NAME_WE)
  if(NOT DEFINED level_of_${name})
    message(SEND_ERROR "include/equivec/${name}.hpp stands in no layer of tests/layers.cmake")
    continue()
  endif()
  file(STRINGS ${header} lines REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]equivec/")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE ".*equivec/([A-Za-z0-9_]+)\\.hpp.*" "\\1" used "${line}")
    if(NOT DEFINED level_of_${used})
      message(SEND_ERROR "include/equivec/${name}.hpp includes ${used}, which stands in no layer of tests/layers.cmake")
    elseif(level_of_${used} GREATER level_of_${name})
      message(SEND_ERROR "include/equivec/${name}.hpp must not include ${used}.hpp, which stands in a higher layer")
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
file(GLOB tests tests/*.hpp tests/*.cpp)
file(GLOB training src/word2vec* src/kernels/*)
file(GLOB formats src/formats.* src/formats/*)
forbid("the library knows nothing of the program" "apps/" ${library})
forbid("only the program reads the command line" "boost/program_options" ${library} ${tests})
forbid("TBB stays inside src/" "(oneapi/)?tbb/|tbb\\.h|execution[>\"]" ${public})
forbid("training knows no vector format" "formats[./]" ${training})
forbid("formats know no training" "word2vec[./]|kernels/" ${formats})
