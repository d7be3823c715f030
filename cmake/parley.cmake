# Flags and third parties in one place; a folder names its sources by existing.

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_library(SIMDJSON_LIBRARY simdjson REQUIRED)
find_library(ROCKSDB_LIBRARY rocksdb REQUIRED)
find_library(RE2_LIBRARY re2 REQUIRED)
find_library(PUGIXML_LIBRARY pugixml REQUIRED)
find_library(PROMETHEUS_LIBRARY prometheus-cpp-core REQUIRED)
find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(date REQUIRED)

add_library(parley_flags INTERFACE)
target_include_directories(parley_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(parley_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       -Werror -fno-omit-frame-pointer -fstack-protector-strong
                       # A field left out of a designated initialiser has its default: that is the idiom here.
                       -Wno-missing-designated-field-initializers)
# ccache and precompiled headers: without the timestamp the same header gives the same PCH.
target_compile_options(parley_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
target_link_options(parley_flags INTERFACE -fuse-ld=lld -Wl,-z,relro,-z,now)
target_link_libraries(parley_flags INTERFACE Threads::Threads)
if(PARLEY_MUTANTS)
  target_compile_definitions(parley_flags INTERFACE PARLEY_MUTANTS)
endif()
if(PARLEY_SANITIZE)
  target_compile_options(parley_flags INTERFACE -fsanitize=${PARLEY_SANITIZE}
                         -fno-sanitize-recover=all)
  target_link_options(parley_flags INTERFACE -fsanitize=${PARLEY_SANITIZE})
  target_compile_definitions(parley_flags INTERFACE PARLEY_SANITIZE)
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
  target_compile_options(parley_flags INTERFACE -D_FORTIFY_SOURCE=2)
endif()

# Tests are compiled for the compiler's speed, not their own; what they test is built as shipped.
add_library(parley_test_flags INTERFACE)
target_compile_options(parley_test_flags INTERFACE -O0 -U_FORTIFY_SOURCE)

# Asio and Beast are used from many files: compiled the same way everywhere.
add_library(parley_asio INTERFACE)
target_compile_definitions(parley_asio INTERFACE BOOST_ASIO_NO_DEPRECATED
                           BOOST_ASIO_DISABLE_BOOST_ARRAY)
target_link_libraries(parley_asio INTERFACE OpenSSL::SSL OpenSSL::Crypto)

# Precompiled headers, each compiled once and shared by all targets of its kind: what nearly every file
# of that kind reads anyway. A file still includes what it uses: -D PARLEY_PCH=OFF builds without.
option(PARLEY_PCH "use precompiled headers" ON)
set(parley_headers_model <algorithm> <atomic> <chrono> <deque> <functional> <map> <memory> <mutex>
    <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>
    ${CMAKE_SOURCE_DIR}/base/json_writer.hpp ${CMAKE_SOURCE_DIR}/conversation/codec.hpp
    ${CMAKE_SOURCE_DIR}/conversation/transition.hpp)
set(parley_headers_asio ${parley_headers_model} <boost/asio.hpp>)
set(parley_headers_beast <boost/asio.hpp> <boost/asio/ssl.hpp> <boost/beast.hpp> <boost/beast/ssl.hpp>)
set(parley_headers_test ${parley_headers_model} <gtest/gtest.h> <gmock/gmock.h>)
set(parley_headers_test_asio ${parley_headers_asio} <gtest/gtest.h> <gmock/gmock.h>)
foreach(kind model asio beast test test_asio)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch/${kind}.cpp CONTENT "")
  add_library(parley_pch_${kind} OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/pch/${kind}.cpp)
  target_link_libraries(parley_pch_${kind} PRIVATE parley_flags)
  if(kind MATCHES "asio|beast")
    target_link_libraries(parley_pch_${kind} PRIVATE parley_asio)
  endif()
  if(kind MATCHES "test")
    target_link_libraries(parley_pch_${kind} PRIVATE parley_test_flags GTest::gtest GTest::gmock)
  endif()
  target_precompile_headers(parley_pch_${kind} PRIVATE ${parley_headers_${kind}})
endforeach()
function(parley_pch target kind)
  if(PARLEY_PCH)
    target_precompile_headers(${target} REUSE_FROM parley_pch_${kind})
  endif()
endfunction()

# parley_library(name [PCH model|asio|beast] PUBLIC <libs> PRIVATE <libs>)
function(parley_library name)
  cmake_parse_arguments(P "" "PCH" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "main\\.cpp$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC parley_flags ${P_PUBLIC} PRIVATE ${P_PRIVATE})
  if(P_PCH)
    parley_pch(${name} ${P_PCH})
  endif()
endfunction()

# One test program per room: fewer links, and one line a room in ctest.
# parley_test(name [PCH test|test_asio] LIBS <libs> ...)
function(parley_test name)
  cmake_parse_arguments(P "" "TIMEOUT;PCH" "LIBS;LABELS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE parley_flags parley_test_flags ${P_LIBS} GTest::gtest
                        GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE PARLEY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  if(NOT P_PCH)
    set(P_PCH test)
  endif()
  parley_pch(${name} ${P_PCH})
  if(NOT P_TIMEOUT)
    set(P_TIMEOUT 300)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${P_TIMEOUT} LABELS "${P_LABELS}")
endfunction()
