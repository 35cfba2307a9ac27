#include "src/report/picture_file.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/document.hpp"
#include "src/report/rendering.hpp"

#include <filesystem>

namespace equivec {

PictureFormat picture_format(const std::string& file) {
  const std::string ending = std::filesystem::path(file).extension().string();
  if (ending == ".svg") return PictureFormat::svg;
  if (ending == ".html") return PictureFormat::html;
  if (ending != ".pdf" && ending != ".png")
    throw OptionError("output: expected a name that ends in .svg, .html, .pdf or .png, found '" + file + "'");
  if (const std::string why = why_no_rendering(); !why.empty()) throw Error(file + ": " + why);
  return ending == ".pdf" ? PictureFormat::pdf : PictureFormat::png;
}

void validate(const PictureFileOptions& options) {
  if (!(options.scale >= 0.1 && options.scale <= 20))
    throw OptionError("scale must be between 0.1 and 20, got " + shortest(options.scale));
}

std::string picture_file(const std::string& file, const std::string& svg, const std::string& title,
                         const PictureFileOptions& options) {
  validate(options);
  switch (picture_format(file)) {
    case PictureFormat::svg:
      return svg;
    case PictureFormat::pdf:
      return pdf_of(file, svg);
    case PictureFormat::png:
      return png_of(file, svg, options.scale);
    case PictureFormat::html:
      break;
  }
  Document page(title.empty() ? "Picture" : title);
  page.picture(svg, "");
  return page.html();
}

}  // namespace equivec
