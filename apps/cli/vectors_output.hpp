#pragma once

#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"

#include "apps/cli/options.hpp"

#include <string>

/// "native (.safetensors), npy (.npy) ...": all formats with their endings.
std::string format_list();

/// Where vectors go.
struct VectorsOutput {
  std::string file;
  std::string format_name;  ///< empty if the ending of a file names its format
  bool quiet = false;       ///< nothing is said of what the format leaves out
  std::string description;  ///< a file that tells how the vectors were made, or empty

  /// Of `file`, and of another one with the same options. Throws equivec::OptionError.
  equivec::Format format() const { return format_of(file); }
  equivec::Format format_of(const std::string& other_file) const;

  void add_to(equivec::RunFiles& files) const;
  /// contexts: the output side of the same words, which fastText's models have too; may be null.
  void write(equivec::OutputFiles& files, const equivec::Embeddings& vectors,
             const equivec::Embeddings* contexts = nullptr) const;
};

/// --format and --describe.
void add_format_options(Options& options, VectorsOutput& output);
