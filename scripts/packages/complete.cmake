# cpack reads this when the files of each package lie in a folder of its own, before it packs them. It adds what Debian asks
# of every package: its copyright and its changes; and makes the bytes depend on the files alone: their times are
# SOURCE_DATE_EPOCH, or that of the commit.

# run(COMMAND... [OUTPUT_FILE FILE]): ends cpack where the command fails.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(source ${CPACK_EQUIVEC_SOURCE})
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  # Not of a repository that an archive lies in. The files of an archive have the time of its commit.
  file(TIMESTAMP ${source}/CHANGELOG.md epoch "%s" UTC)
  if(EXISTS ${source}/.git)
    execute_process(COMMAND git -C ${source} log -1 --format=%ct OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE
      COMMAND_ERROR_IS_FATAL ANY)
  endif()
  set(ENV{SOURCE_DATE_EPOCH} ${epoch})
endif()
set(epoch $ENV{SOURCE_DATE_EPOCH})

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component})
  string(TOUPPER ${component} variable)
  set(package ${CPACK_DEBIAN_${variable}_PACKAGE_NAME})
  set(documents ${root}/usr/share/doc/${package})
  file(MAKE_DIRECTORY ${documents})
  run(${CMAKE_CURRENT_LIST_DIR}/copyright ${source} ${epoch} OUTPUT_FILE ${documents}/copyright)
  run(${CMAKE_CURRENT_LIST_DIR}/changelog ${source} ${CPACK_PACKAGE_VERSION} ${CPACK_PACKAGE_CONTACT} ${epoch}
    OUTPUT_FILE ${documents}/changelog)
  file(GLOB compressed ${root}/usr/share/man/man1/*.1 ${documents}/changelog)
  run(gzip --best --no-name ${compressed})
  run(chmod -R u=rwX,go=rX ${root})
  run(find ${root} -exec touch --no-dereference --date=@${epoch} {} +)
endforeach()
