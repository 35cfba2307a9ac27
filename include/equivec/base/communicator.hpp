#pragma once

#include "equivec/base/export.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// The processes (ranks, in the terms of MPI) that do a piece of work together, each with a part of the data, and the
/// messages between them. Used by one thread at a time. A message to a rank that has ended never arrives.
class Communicator {
 public:
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  virtual ~Communicator() = default;

  int rank() const noexcept { return rank_; }  ///< of this process: 0..size() - 1
  int size() const noexcept { return size_; }
  bool is_first() const noexcept { return rank_ == 0; }
  std::uint64_t sent() const noexcept { return sent_; }  ///< bytes in messages to other ranks so far

  /// A message on its way. Destroying it waits until it is done.
  class Message {
   public:
    Message() = default;
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;
    virtual ~Message() = default;
    virtual bool done() = 0;  ///< never waits
  };

  /// Sends `data`, which must stay as it is until the message is done. Messages from one rank to another with the same
  /// tag (0..30000) arrive in the order in which they were sent. REQUIRES: to != rank()
  std::unique_ptr<Message> send(int to, int tag, std::span<const std::byte> data) {
    sent_ += data.size();
    return start_sending(to, tag, data);
  }
  /// Receives as many bytes as were sent. REQUIRES: from != rank()
  std::unique_ptr<Message> receive(int from, int tag, std::span<std::byte> data) {
    return start_receiving(from, tag, data);
  }
  /// Waits until the message is done.
  void wait(Message& message);

  /// Whether agree() has thrown this on all ranks, so that one of them is enough to say it.
  bool is_agreed(std::string_view problem) const noexcept { return problem == agreed_problem_; }
  /// The lowest rank that had it; -1 if all had the same, or if there was none.
  int rank_of_agreed() const noexcept { return agreed_rank_; }
  /// Ends all ranks at once, after one line on standard error (unless that is empty): for errors that one rank has
  /// while others wait for it.
  [[noreturn]] virtual void abort(const std::string& message) = 0;

 protected:
  Communicator(int rank, int size) : rank_(rank), size_(size) {}
  virtual std::unique_ptr<Message> start_sending(int to, int tag, std::span<const std::byte> data) = 0;
  virtual std::unique_ptr<Message> start_receiving(int from, int tag, std::span<std::byte> data) = 0;

 private:
  friend void agree(Communicator& ranks, const std::function<void()>& work);

  int rank_, size_;
  std::uint64_t sent_ = 0;
  std::string agreed_problem_;
  int agreed_rank_ = -1;
};

// What all ranks call together, in the same order. They use the tag 0.

/// Sends bytes[r] to rank r, and returns what each rank sent here. bytes.size() is the number of ranks.
std::vector<std::string> exchange(Communicator& ranks, std::vector<std::string> bytes);
/// The bytes of every rank, on every rank.
std::vector<std::string> gather(Communicator& ranks, std::string_view bytes);
/// Every rank gets the first one's bytes.
std::string broadcast(Communicator& ranks, std::string bytes);
/// The first one's bytes in place of those of the others, which have as many.
void broadcast(Communicator& ranks, std::span<std::byte> bytes);
/// The sums over all ranks of numbers that each has as many of.
std::vector<std::uint64_t> sums(Communicator& ranks, std::span<const std::uint64_t> numbers);

/// Whether it is so on any rank.
bool any_of(Communicator& ranks, bool so);

/// Calls work() on all ranks. If it throws on some, all throw what the lowest of them threw: an OptionError, Cancelled
/// or an Error. work() must not wait for other ranks.
void agree(Communicator& ranks, const std::function<void()>& work);

}  // namespace equivec
