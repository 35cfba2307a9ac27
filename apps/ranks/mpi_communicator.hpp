#pragma once

#include "equivec/base/communicator.hpp"

#include <string>

/// The processes that an MPI launcher (mpirun, srun) has started, with the messages of MPI. One in a process: while it
/// lives MPI is at work.
class MpiCommunicator : public equivec::Communicator {
 public:
  /// Throws equivec::Error if MPI cannot be started.
  static std::unique_ptr<MpiCommunicator> start();
  ~MpiCommunicator() override;

  /// "Open MPI v4.1.4"; MPI need not be at work.
  static std::string library_version();

  /// The name of the machine.
  std::string host() const;
  /// The exit status of abort().
  void set_abort_status(int status) { abort_status_ = status; }
  [[noreturn]] void abort(const std::string& message) override;

 protected:
  std::unique_ptr<Message> start_sending(int to, int tag, std::span<const std::byte> data) override;
  std::unique_ptr<Message> start_receiving(int from, int tag, std::span<std::byte> data) override;

 private:
  using Communicator::Communicator;

  int abort_status_ = 1;
};
