#pragma once

#include "equivec/base/export.hpp"

#include <array>
#include <string_view>

namespace EQUIVEC_EXPORT equivec {

/// How the characters of a word become a vector.
enum class CharacterEncoderKind {
  none,         ///< they do not
  convolution,  ///< filters over three characters, of each the greatest answer (Ma and Hovy 2016, arXiv:1603.01354)
  lstm          ///< the last states of an LSTM in each direction (Lample et al. 2016, arXiv:1603.01360)
};
inline constexpr std::array character_encoder_kinds = {CharacterEncoderKind::none, CharacterEncoderKind::convolution,
                                                       CharacterEncoderKind::lstm};
/// "none", "convolution", "lstm".
std::string_view name_of(CharacterEncoderKind kind);

}  // namespace equivec
