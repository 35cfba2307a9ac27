#include "equivec/sequence/cell.hpp"

namespace equivec {

std::string_view name_of(CellKind cell) {
  switch (cell) {
    case CellKind::rnn:
      return "rnn";
    case CellKind::gru:
      return "gru";
    case CellKind::simplified_gru:
      return "simplified-gru";
    case CellKind::lstm:
      return "lstm";
    case CellKind::peephole_lstm:
      return "peephole-lstm";
  }
  return {};
}

}  // namespace equivec
