#pragma once

#include <string>

namespace equivec {

// SVG drawn by librsvg, which is loaded when it is first needed: it brings fifty libraries, with which every command
// would take ten times as long to start, and who needs no .pdf needs none of them.

/// Why nothing can be drawn here, and what to do; empty if all is there.
std::string why_no_rendering();

// The same bytes for the same picture and fonts. `name` is for messages. Both throw Error if nothing can be drawn here,
// or if the picture is no SVG.
std::string pdf_of(const std::string& name, const std::string& svg);
/// `scale`: pixels for one of the picture's. Throws Error if these are too many.
std::string png_of(const std::string& name, const std::string& svg, double scale);

}  // namespace equivec
