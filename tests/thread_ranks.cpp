#include "tests/thread_ranks.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>

namespace equivec {

namespace {

using Clock = std::chrono::steady_clock;

struct Letter {
  std::vector<std::byte> data;
  Clock::time_point arrival;
};

/// Of all ranks.
struct Post {
  std::mutex mutex;
  std::map<std::tuple<int, int, int>, std::deque<Letter>> boxes;  // from, to, tag
  std::chrono::microseconds delay{0};
  std::atomic<bool> failed{false};
};

class Sent : public Communicator::Message {
  bool done() override { return true; }
};

class Received : public Communicator::Message {
 public:
  Received(Post& post, std::tuple<int, int, int> box, std::span<std::byte> data)
      : post_(post), box_(box), data_(data) {}
  bool done() override {
    if (done_) return true;
    if (post_.failed) throw Error("another rank has failed");
    const std::scoped_lock lock(post_.mutex);
    std::deque<Letter>& letters = post_.boxes[box_];
    if (letters.empty() || letters.front().arrival > Clock::now()) return false;
    if (letters.front().data.size() != data_.size()) throw Error("a message has another size than was expected");
    std::ranges::copy(letters.front().data, data_.begin());
    letters.pop_front();
    return done_ = true;
  }

 private:
  Post& post_;
  std::tuple<int, int, int> box_;
  std::span<std::byte> data_;
  bool done_ = false;
};

class ThreadRank : public Communicator {
 public:
  ThreadRank(int rank, int size, Post& post) : Communicator(rank, size), post_(post) {}
  void abort(const std::string& message) override { throw Error(message); }

 protected:
  std::unique_ptr<Message> start_sending(int to, int tag, std::span<const std::byte> data) override {
    const std::scoped_lock lock(post_.mutex);
    post_.boxes[{rank(), to, tag}].push_back({{data.begin(), data.end()}, Clock::now() + post_.delay});
    return std::make_unique<Sent>();
  }
  std::unique_ptr<Message> start_receiving(int from, int tag, std::span<std::byte> data) override {
    return std::make_unique<Received>(post_, std::tuple(from, rank(), tag), data);
  }

 private:
  Post& post_;
};

}  // namespace

void run_ranks(int size, const std::function<void(Communicator& ranks)>& work, std::chrono::microseconds delay) {
  Post post;
  post.delay = delay;
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(size));
  std::atomic<int> first{size};  // of those that failed, the one that did so first
  {
    std::vector<std::jthread> threads;
    for (int r = 0; r < size; ++r)
      threads.emplace_back([&, r] {
        ThreadRank rank(r, size, post);
        try {
          work(rank);
        } catch (...) {
          errors[static_cast<std::size_t>(r)] = std::current_exception();
          int none = size;
          first.compare_exchange_strong(none, r);
          post.failed = true;
        }
      });
  }
  if (first < size) std::rethrow_exception(errors[static_cast<std::size_t>(first.load())]);
}

}  // namespace equivec
