#pragma once

#include "src/files/decompress.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace equivec {

/// The start of the first independent piece of a compressed file at or after `offset`; the file's size if there is
/// none. Pieces are the frames of zstd and the blocks of gzip files that bgzip has made; every other compressed file is
/// one piece. Reads only their headers. Throws Error naming the file if one is damaged.
std::size_t frame_start(Compression compression, std::string_view bytes, std::size_t offset, const std::string& name);

}  // namespace equivec
