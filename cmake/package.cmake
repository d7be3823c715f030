# ./dev package: a .deb with the binary, its unit, a configuration that starts, and the documents.

# cpack needs the binary only, not the tests and benchmarks.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(PARLEY_MODEL ${CMAKE_SOURCE_DIR}/models/sentiment.plm)
if(EXISTS ${PARLEY_MODEL})
  set(PARLEY_MODEL_LINE "model = \"/usr/share/parley/models/sentiment.plm\"")
  install(FILES ${PARLEY_MODEL} DESTINATION share/parley/models)
else()
  set(PARLEY_MODEL_LINE "model = \"\"            # a sentiment model; without one texts are neutral")
endif()
configure_file(packaging/parley.toml.in ${CMAKE_BINARY_DIR}/package/parley.toml @ONLY)

if(TARGET parley)
  install(TARGETS parley RUNTIME DESTINATION bin)
endif()
install(FILES packaging/parley.service DESTINATION lib/systemd/system)
install(FILES packaging/parley.sysusers DESTINATION lib/sysusers.d RENAME parley.conf)
install(FILES ${CMAKE_BINARY_DIR}/package/parley.toml DESTINATION /etc/parley)
install(DIRECTORY DESTINATION /etc/parley/tenants)
install(DIRECTORY config/tenants DESTINATION share/doc/parley/examples)
install(FILES LICENSE DESTINATION share/doc/parley RENAME copyright)
foreach(document README.md CHANGELOG.md DECISIONS.md DESIGN.md docs)
  if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/${document})
    install(DIRECTORY ${document} DESTINATION share/doc/parley)
  elseif(EXISTS ${CMAKE_SOURCE_DIR}/${document})
    install(FILES ${document} DESTINATION share/doc/parley)
  endif()
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME parley)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Parley maintainers <maintainers@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "omnichannel messaging gateway and router")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Parley takes what customers write on web chat and the messengers by webhook and socket, keeps\n\
 one conversation a customer in an embedded store, and routes each turn to a bot or to people.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, systemd, tzdata")
set(packaging ${CMAKE_SOURCE_DIR}/packaging/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${packaging}/conffiles;${packaging}/postinst;${packaging}/prerm;${packaging}/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# /etc is outside the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
include(CPack)
