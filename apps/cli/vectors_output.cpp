#include "apps/cli/vectors_output.hpp"

#include "src/files/output_file.hpp"
#include "src/report/vectors_description.hpp"

#include "apps/cli/console.hpp"

using namespace equivec;

std::string format_list() {
  std::string list;
  for (const FormatInfo& format : formats())
    list += (list.empty() ? "" : ", ") + std::string(format.name) + " (" + std::string(format.extension) + ")";
  return list;
}

Format VectorsOutput::format_of(const std::string& other_file) const {
  return format_name.empty() ? format_from_extension(other_file) : format_from_name(format_name);
}

void VectorsOutput::add_to(RunFiles& files) const {
  files.writes(files_written(file, format()));
  files.writes(description);
}

void VectorsOutput::write(OutputFiles& files, const Embeddings& vectors) const {
  write_embeddings(files, file, vectors, format(), &progress());
  if (!description.empty()) files.open(description).write(dump(vectors_description(vectors, format())) + '\n');
}

void add_format_options(Options& options, VectorsOutput& output) {
  std::string names;
  for (const FormatInfo& format : formats()) names += (names.empty() ? "" : ", ") + std::string(format.name);
  options.add("format", output.format_name, names, "NAME")
      .add("describe", output.description, "also write there, as JSON, how the vectors were made", "FILE");
}
