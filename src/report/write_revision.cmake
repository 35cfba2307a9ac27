# cmake -DSOURCE=folder -DGIT=git -DOUTPUT=file.cpp -P write_revision.cmake
# Writes a C++ source with the commit that the folder is at (src/report/revision.hpp). It is written only where that has
# changed, so that builds which run this each time compile nothing. An archive, or a copy inside another project's
# repository, has no commit.
cmake_minimum_required(VERSION 3.25)

set(revision "")
if(GIT AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0 ${GIT} -C "${SOURCE}" describe --always --dirty --abbrev=12
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
  if(result EQUAL 0 AND described MATCHES "^[A-Za-z0-9._/+-]+$")
    set(revision "${described}")
  endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT [[
// Written by src/report/write_revision.cmake.
#include "src/report/revision.hpp"

std::string_view equivec::source_revision() noexcept { return "@revision@"; }
]] @ONLY)
