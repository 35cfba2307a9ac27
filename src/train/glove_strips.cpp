#include "src/train/glove_strips.hpp"

#include "src/base/patience.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

// Messages of one strip are in order, those of different ones need not be.
constexpr int collected_tag = 1, first_strip_tag = 2, strip_tags = 29000;

int tag_of(std::size_t strip) { return first_strip_tag + static_cast<int>(strip % strip_tags); }

std::span<std::byte> block_rows(const Table& table, const std::vector<std::size_t>& bounds, std::size_t block) {
  const std::size_t rows = bounds[block + 1] - bounds[block];
  return std::as_writable_bytes(std::span(table.row(bounds[block]), rows * table.stride()));
}

}  // namespace

GloveStrips::GloveStrips(Communicator* ranks, Table& table, const std::vector<std::size_t>& bounds)
    : ranks_(ranks),
      rank_(ranks ? ranks->rank() : 0),
      table_(table),
      bounds_(bounds),
      homes_(bounds.size() - 1, everywhere),
      messages_(homes_.size()),
      sent_ahead_(homes_.size(), false) {}

std::span<std::byte> GloveStrips::rows(std::size_t strip) const { return block_rows(table_, bounds_, strip); }

void GloveStrips::send_ahead(std::size_t strip, int to) {
  const std::scoped_lock lock(mutex_);
  messages_[strip] = ranks_->send(to, tag_of(strip), rows(strip));
  under_way_.push_back(strip);
  sent_ahead_[strip] = true;
}

void GloveStrips::move(std::size_t strip, int to) {
  const int from = std::exchange(homes_[strip], to);
  if (!ranks_ || from == to || from == everywhere) return;
  if (from == rank_ && !sent_ahead_[strip]) {
    arrive(strip);
    send_ahead(strip, to);
  }
  sent_ahead_[strip] = false;
  if (to != rank_) return;
  arrive(strip);  // what was sent from here earlier has left the rows
  messages_[strip] = ranks_->receive(from, tag_of(strip), rows(strip));
  under_way_.push_back(strip);
}

bool GloveStrips::arrived(std::size_t strip) {
  const std::scoped_lock lock(mutex_);
  if (!messages_[strip]) return true;
  if (!messages_[strip]->done()) return false;
  messages_[strip].reset();
  std::erase(under_way_, strip);
  return true;
}

void GloveStrips::arrive(std::size_t strip) {
  if (!ranks_) return;
  for (Patience patience; !arrived(strip); patience.pause()) advance();
}

void GloveStrips::advance() {
  if (!ranks_) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  std::erase_if(under_way_, [&](std::size_t strip) {
    if (!messages_[strip]->done()) return false;
    messages_[strip].reset();
    return true;
  });
}

void GloveStrips::collect() {
  if (!ranks_) return;
  for (std::size_t strip = 0; strip < homes_.size(); ++strip) arrive(strip);
  collect_blocks(*ranks_, table_, bounds_, homes_);
}

void collect_blocks(Communicator& ranks, Table& table, const std::vector<std::size_t>& bounds,
                    const std::vector<int>& homes) {
  std::vector<std::unique_ptr<Communicator::Message>> messages;
  for (std::size_t block = 0; block < homes.size(); ++block) {
    if (homes[block] <= 0) continue;  // the first one has it
    if (ranks.is_first())
      messages.push_back(ranks.receive(homes[block], collected_tag, block_rows(table, bounds, block)));
    else if (homes[block] == ranks.rank())
      messages.push_back(ranks.send(0, collected_tag, block_rows(table, bounds, block)));
  }
  for (const auto& message : messages) ranks.wait(*message);
}

}  // namespace equivec
