#include "equivec/report/versions.hpp"

#include "equivec/train/training.hpp"

#include <Eigen/Core>
#include <boost/version.hpp>
#include <bzlib.h>
#include <hwy/highway.h>
#include <libsvm/svm.h>
#include <lzma.h>
#include <nlohmann/detail/abi_macros.hpp>
#include <oneapi/tbb/version.h>
#include <simdjson.h>
#include <utf8proc.h>
#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>

#include <initializer_list>

namespace equivec {

namespace {

std::string dotted(std::initializer_list<int> numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ".") + std::to_string(number);
  return text;
}

std::string compiler() {
#if defined(__clang__)
  return "clang++ " __clang_version__;
#elif defined(__GNUC__)
  return "g++ " __VERSION__;
#else
  return "unknown";
#endif
}

}  // namespace

std::vector<ComponentVersion> component_versions() {
  const std::string bzip2 = BZ2_bzlibVersion();               // "1.0.8, 13-Jul-2019"
  const auto xxhash = static_cast<int>(XXH_versionNumber());  // 801 of 0.8.1
  return {{"compiler", compiler()},
          {"instructions", std::string(instruction_set())},
          {"oneTBB", TBB_runtime_version()},
          {"Eigen", dotted({EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION})},
          {"Boost", dotted({BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100})},
          {"nlohmann-json",
           dotted({NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH})},
          {"simdjson", dotted({simdjson::SIMDJSON_VERSION_MAJOR, simdjson::SIMDJSON_VERSION_MINOR,
                               simdjson::SIMDJSON_VERSION_REVISION})},
          {"Highway", dotted({HWY_MAJOR, HWY_MINOR, HWY_PATCH})},
          {"utf8proc", utf8proc_version()},
          {"LIBSVM", dotted({libsvm_version / 100, libsvm_version % 100})},
          {"zstd", ZSTD_versionString()},
          {"zlib", zlibVersion()},
          {"bzip2", bzip2.substr(0, bzip2.find(','))},
          {"liblzma", lzma_version_string()},
          {"xxHash", dotted({xxhash / 10000, xxhash / 100 % 100, xxhash % 100})}};
}

}  // namespace equivec
