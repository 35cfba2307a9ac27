#include "equivec/sequence/character_encoder_kind.hpp"

namespace equivec {

std::string_view name_of(CharacterEncoderKind kind) {
  switch (kind) {
    case CharacterEncoderKind::none:
      return "none";
    case CharacterEncoderKind::convolution:
      return "convolution";
    case CharacterEncoderKind::lstm:
      return "lstm";
  }
  return {};
}

}  // namespace equivec
