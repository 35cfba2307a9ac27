# Debian's packages by CPack: `cpack --preset release` writes them to build/release/packages. A component of the
# installation is a package each; complete.cmake adds what Debian asks of every one.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME equivec)
set(CPACK_PACKAGE_CONTACT "The equivec developers <maintainers@users.noreply.h-seed-7974e633.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
  WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/complete.cmake)
set(CPACK_EQUIVEC_SOURCE ${PROJECT_SOURCE_DIR})  # complete.cmake reads it

set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SOURCE equivec)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(same_version "(= ${PROJECT_VERSION})")
set(library libequivec${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
# It is loaded when a picture is drawn, so that dpkg-shlibdeps does not see it.
set(pictures "librsvg2-2, fonts-dejavu-core")

set(CPACK_COMPONENTS_ALL development)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libequivec-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS libeigen3-dev)
# What the static library is made with, for those who link it.
string(CONCAT CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libtbb-dev, libboost-dev, zlib1g-dev, libbz2-dev, liblzma-dev, "
  "nlohmann-json3-dev, libzstd-dev, libxxhash-dev, libhwy-dev, libre2-dev, libsimdjson-dev, libutf8proc-dev, libsvm-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "word embeddings, for C++ programs (development files)
equivec trains word vectors, answers queries about them, evaluates them,
measures and removes bias, and reads and writes the formats of other software.

This package has the headers, the static library, and what CMake and
pkg-config need to find the library.")

if(TARGET equivec_shared)
  list(APPEND CPACK_COMPONENTS_ALL library)
  string(APPEND CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS ", ${library} ${same_version}")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library})
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_SUGGESTS ${pictures})
  set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "word embeddings, for C++ programs (shared library)
equivec trains word vectors, answers queries about them, evaluates them,
measures and removes bias, and reads and writes the formats of other software.

This package has the shared library.")
  # CPack would call ldconfig in scripts of its own, where Debian has a trigger. A script that is named and not there is left
  # out, and CPack then writes none.
  set(control ${PROJECT_BINARY_DIR}/packages/control)
  file(CONFIGURE OUTPUT ${control}/triggers CONTENT "activate-noawait ldconfig\n")
  file(CONFIGURE OUTPUT ${control}/shlibs
    CONTENT "libequivec ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} ${library} (>= ${PROJECT_VERSION})\n")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${control}/triggers ${control}/shlibs ${control}/no/postinst
    ${control}/no/postrm)
endif()

if(TARGET equivec_cli)
  list(APPEND CPACK_COMPONENTS_ALL program)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME equivec)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS ${pictures})
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "equivec-ranks, equivec-sequence, python3-equivec")
  set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "word embeddings: training, answers, evaluation, bias and its removal
From text to word vectors (skip-gram, CBOW, GloVe), to answers (neighbours,
analogies, similarity), to scores with intervals and tests, to measured and
removed bias, to files that gensim, NumPy and others load.

Training uses all cores and gives reproducible results. Scripts for word2vec.c
run with equivec before their command.")
endif()

if(TARGET equivec_ranks)
  list(APPEND CPACK_COMPONENTS_ALL ranks)
  set(CPACK_DEBIAN_RANKS_PACKAGE_NAME equivec-ranks)
  set(CPACK_DEBIAN_RANKS_PACKAGE_DEPENDS "equivec ${same_version}")
  set(CPACK_DEBIAN_RANKS_PACKAGE_RECOMMENDS mpi-default-bin)
  set(CPACK_DEBIAN_RANKS_DESCRIPTION "word embeddings: counting and training on many machines by MPI
equivec-ranks counts words and co-occurrences and trains word vectors with many
processes, on one machine or on many, with the options and files of equivec.")
endif()

if(TARGET equivec_sequence_cli)
  list(APPEND CPACK_COMPONENTS_ALL sequence)
  set(CPACK_DEBIAN_SEQUENCE_PACKAGE_NAME equivec-sequence)
  set(CPACK_DEBIAN_SEQUENCE_PACKAGE_DEPENDS "equivec ${same_version}")
  set(CPACK_DEBIAN_SEQUENCE_PACKAGE_RECOMMENDS libopenblas0-openmp)
  set(CPACK_DEBIAN_SEQUENCE_DESCRIPTION "word embeddings: models of sequences that read word vectors
equivec-sequence trains text classifiers, taggers, language models and
translators on word vectors, and compares what several are worth to them.")
endif()

if(TARGET equivec_python)
  list(APPEND CPACK_COMPONENTS_ALL python)
  math(EXPR next_minor "${Python_VERSION_MINOR} + 1")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-equivec)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
  string(CONCAT CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3-numpy, "
    "python3 (>= ${Python_VERSION_MAJOR}.${Python_VERSION_MINOR}~), python3 (<< ${Python_VERSION_MAJOR}.${next_minor})")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_RECOMMENDS ${pictures})
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SUGGESTS "python3-gensim, python3-pandas, python3-scipy, python3-tqdm")
  # What Debian's dh_python3 writes: Python's compiled files come and go with the package.
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/python/postinst
    ${CMAKE_CURRENT_LIST_DIR}/python/prerm)
  set(CPACK_DEBIAN_PYTHON_DESCRIPTION "word embeddings, for Python
The package equivec trains word vectors, answers queries about them, evaluates
them, and measures and removes bias, on lists and arrays as well as on files.")
endif()

include(CPack)
