#include "equivec/base/communicator.hpp"

#include "equivec/base/error.hpp"
#include "src/base/patience.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace equivec {

namespace {

constexpr int collective = 0;  // the tag

using Messages = std::vector<std::unique_ptr<Communicator::Message>>;

void wait_all(Communicator& ranks, Messages& messages) {
  for (auto& message : messages) ranks.wait(*message);
}

std::size_t index_of(int rank) { return static_cast<std::size_t>(rank); }

}  // namespace

void Communicator::wait(Message& message) {
  for (Patience patience; !message.done();) patience.pause();
}

namespace {

/// Sends bytes(r) to each other rank r, and returns what those sent here; nothing is in this rank's own place.
template <class BytesFor>
std::vector<std::string> between_all(Communicator& ranks, const BytesFor& bytes) {
  const auto size = index_of(ranks.size()), own = index_of(ranks.rank());
  std::vector<std::uint64_t> to(size), from(size);
  std::vector<std::string> result(size);
  for (std::size_t r = 0; r < size; ++r) to[r] = bytes(r).size();
  const auto pass = [&](const auto& sent, const auto& received) {
    Messages messages;
    // The next rank first, so that not all send to the same one.
    for (std::size_t step = 1; step < size; ++step) {
      const std::size_t r = (own + step) % size, s = (own + size - step) % size;
      if (const auto data = received(s); !data.empty())
        messages.push_back(ranks.receive(static_cast<int>(s), collective, data));
      if (const auto data = sent(r); !data.empty())
        messages.push_back(ranks.send(static_cast<int>(r), collective, data));
    }
    wait_all(ranks, messages);
  };
  pass([&](std::size_t r) { return std::as_bytes(std::span(to).subspan(r, 1)); },
       [&](std::size_t r) { return std::as_writable_bytes(std::span(from).subspan(r, 1)); });
  for (std::size_t r = 0; r < size; ++r)
    if (r != own) result[r].resize(from[r]);
  pass([&](std::size_t r) { return std::as_bytes(std::span(bytes(r))); },
       [&](std::size_t r) { return std::as_writable_bytes(std::span(result[r])); });
  return result;
}

}  // namespace

std::vector<std::string> exchange(Communicator& ranks, std::vector<std::string> bytes) {
  std::vector<std::string> result = between_all(ranks, [&](std::size_t r) { return std::string_view(bytes[r]); });
  result[index_of(ranks.rank())] = std::move(bytes[index_of(ranks.rank())]);
  return result;
}

std::vector<std::string> gather(Communicator& ranks, std::string_view bytes) {
  std::vector<std::string> result = between_all(ranks, [&](std::size_t) { return bytes; });
  result[index_of(ranks.rank())] = bytes;
  return result;
}

std::string broadcast(Communicator& ranks, std::string bytes) {
  std::uint64_t size = bytes.size();
  broadcast(ranks, std::as_writable_bytes(std::span(&size, 1)));
  bytes.resize(size);
  broadcast(ranks, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

void broadcast(Communicator& ranks, std::span<std::byte> bytes) {
  if (bytes.empty()) return;
  // A tree: rank r gets them from the rank without r's highest bit.
  const int own = ranks.rank();
  int bit = 1;
  for (; bit <= own; bit *= 2) {
  }
  if (own > 0) ranks.wait(*ranks.receive(own - bit / 2, collective, bytes));
  Messages messages;
  for (; own + bit < ranks.size(); bit *= 2) messages.push_back(ranks.send(own + bit, collective, bytes));
  wait_all(ranks, messages);
}

std::vector<std::uint64_t> sums(Communicator& ranks, std::span<const std::uint64_t> numbers) {
  std::string bytes(numbers.size_bytes(), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  std::vector<std::uint64_t> result(numbers.size());
  for (const std::string& each : gather(ranks, bytes))
    for (std::size_t i = 0; i < result.size(); ++i) {
      std::uint64_t number = 0;
      std::memcpy(&number, each.data() + i * sizeof number, sizeof number);
      result[i] += number;
    }
  return result;
}

bool any_of(Communicator& ranks, bool so) {
  const std::uint64_t number = so;
  return sums(ranks, std::span(&number, 1))[0] > 0;
}

void agree(Communicator& ranks, const std::function<void()>& work) {
  std::string problem;  // its kind, and what it says
  try {
    work();
  } catch (const OptionError& error) {
    problem = std::string("o") + error.what();
  } catch (const Cancelled&) {
    problem = "c";
  } catch (const std::bad_alloc&) {
    problem = "ethere is not enough memory";
  } catch (const std::exception& error) {
    problem = std::string("e") + error.what();
  }
  const std::vector<std::string> all = gather(ranks, problem);
  const auto lowest = std::ranges::find_if(all, [](const std::string& each) { return !each.empty(); });
  if (lowest == all.end()) return;
  const bool all_have_it = std::ranges::all_of(all, [&](const std::string& each) { return each == *lowest; });
  ranks.agreed_problem_ = lowest->substr(1);
  ranks.agreed_rank_ = all_have_it ? -1 : static_cast<int>(lowest - all.begin());
  if (lowest->front() == 'o') throw OptionError(ranks.agreed_problem_);
  if (lowest->front() == 'c') throw Cancelled();
  throw Error(ranks.agreed_problem_);
}

}  // namespace equivec
