#pragma once

#include <string>

namespace equivec {

/// What a picture is written as.
enum class PictureFormat { svg, html, pdf, png };

/// By the name's ending: .svg, .html for a page with the picture, .pdf or .png. Throws OptionError for another one, and
/// Error if .pdf or .png cannot be made here, since librsvg is missing.
PictureFormat picture_format(const std::string& file);

struct PictureFileOptions {
  double scale = 2;  ///< pixels of a .png for one of the picture's, 0.1..20
};
/// Throws OptionError.
void validate(const PictureFileOptions& options);

/// What a file of that name holds. In a .pdf lines stay lines, and the fonts are embedded; it and a .png are the same
/// bytes for the same picture and fonts. Throws as picture_format() and validate(), and Error if the picture is no SVG
/// or too large for a .png.
std::string picture_file(const std::string& file, const std::string& svg, const std::string& title,
                         const PictureFileOptions& options = {});

}  // namespace equivec
