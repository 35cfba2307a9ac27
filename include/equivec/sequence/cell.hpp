#pragma once

#include "equivec/base/export.hpp"

#include <array>
#include <string_view>

namespace EQUIVEC_EXPORT equivec {

/// What a recurrent layer computes at each step from its input x and its last state. s is the logistic function, *
/// between vectors is element by element.
enum class CellKind {
  rnn,  ///< h = tanh(W x + R h + b) (Elman 1990, "Finding Structure in Time")
  /// r = s(Wr x + Rr h + br), z = s(Wz x + Rz h + bz), n = tanh(Wn x + bn + r * (Rn h + cn)), h = (1 - z) * n + z * h:
  /// the gated unit of Cho et al. 2014 (arXiv:1406.1078) with the reset gate after the product.
  gru,
  /// The gated unit without its reset gate, as it is taught: u = s(Wu x + Ru c + bu), n = tanh(Wc x + Rc c + bc),
  /// c = u * n + (1 - u) * c.
  simplified_gru,
  /// i, f, o = s(W x + R h + b), each of its own weights, g = tanh(Wg x + Rg h + bg), c = f * c + i * g,
  /// h = o * tanh(c) (Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000).
  lstm,
  /// An lstm whose gates also see its cell, each element its own: i = s(... + pi * c), f = s(... + pf * c) that before
  /// the step, o = s(... + po * c) that after it (Gers, Schraudolph and Schmidhuber 2002, "Learning Precise Timing with
  /// LSTM Recurrent Networks", JMLR 3; with h = o * tanh(c), as in Greff et al. 2017, arXiv:1503.04069).
  peephole_lstm
};
inline constexpr std::array cell_kinds = {CellKind::rnn, CellKind::gru, CellKind::simplified_gru, CellKind::lstm,
                                          CellKind::peephole_lstm};
/// "rnn", "gru", "simplified-gru", "lstm", "peephole-lstm".
std::string_view name_of(CellKind cell);

}  // namespace equivec
