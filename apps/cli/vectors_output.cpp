#include "apps/cli/vectors_output.hpp"

#include "src/files/output_file.hpp"
#include "src/report/vectors_description.hpp"

#include "apps/cli/console.hpp"

#include <algorithm>

using namespace equivec;

std::string format_list() {
  std::string list;
  for (const FormatInfo& format : formats())
    list += (list.empty() ? "" : ", ") + std::string(format.name) +
            (format.is_folder           ? " (a folder)"
             : format.extension.empty() ? ""
                                        : " (" + std::string(format.extension) + ")");
  return list;
}

Format VectorsOutput::format_of(const std::string& other_file) const {
  return format_name.empty() ? format_from_extension(other_file) : format_from_name(format_name);
}

void VectorsOutput::add_to(RunFiles& files) const {
  if (std::ranges::find(formats(), format(), &FormatInfo::format)->is_folder) files.makes(file);
  files.writes(files_written(file, format()));
  files.writes(description);
}

void VectorsOutput::write(OutputFiles& files, const Embeddings& vectors, const Embeddings* contexts) const {
  const Format written =
      format_name.empty() ? format_from_extension(file, vectors.subwords() != nullptr) : format_from_name(format_name);
  if (!quiet && vectors.subwords() && !std::ranges::find(formats(), written, &FormatInfo::format)->keeps_ngrams)
    remark(Notices{"the vectors of n-grams are left out of " + file + "; native, fasttext and finalfusion keep them"});
  if (written == Format::fasttext && contexts)
    write_fasttext_model(files, file, vectors, *contexts, &progress());
  else
    write_embeddings(files, file, vectors, written, &progress());
  if (!description.empty()) files.open(description).write(dump(vectors_description(vectors, written)) + '\n');
}

void add_format_options(Options& options, VectorsOutput& output) {
  options
      .add("format", output.format_name, "one that convert --help lists; by default OUT's ending names it",
           {"NAME", all_names(formats(), &FormatInfo::name)})
      .add("describe", output.description, "also write there, as JSON, how the vectors were made", "FILE");
}
