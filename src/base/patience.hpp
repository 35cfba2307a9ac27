#pragma once

#include <chrono>
#include <thread>

namespace equivec {

/// How a thread waits for another rank: where there are more ranks than cores, that one needs the core.
class Patience {
 public:
  void pause() {
    if (++pauses_ <= 200)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(std::chrono::microseconds(50));
  }

 private:
  int pauses_ = 0;
};

}  // namespace equivec
