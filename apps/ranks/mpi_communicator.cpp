#include "apps/ranks/mpi_communicator.hpp"

#include "equivec/base/error.hpp"

#include "apps/cli/terminal.hpp"

#include <mpi.h>

#include <algorithm>
#include <array>
#include <exception>
#include <vector>

namespace {

/// Throws Error for what a function of MPI returns if it is none of success.
void require_success(int result) {
  if (result == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(result, text.data(), &length);
  throw equivec::Error("a message to or from another rank failed: " +
                       std::string(text.data(), static_cast<std::size_t>(length)));
}

/// MPI counts bytes in 31 bits, so that a long message is several.
constexpr std::size_t longest_piece = std::size_t{1} << 30;

class MpiMessage : public equivec::Communicator::Message {
 public:
  /// start(offset, size, request) for each piece.
  template <class Start>
  MpiMessage(std::size_t size, const Start& start) {
    for (std::size_t begin = 0; begin < size; begin += longest_piece)
      require_success(start(begin, static_cast<int>(std::min(longest_piece, size - begin)), &requests_.emplace_back()));
  }
  ~MpiMessage() override {
    // Where an error is on its way, the other side may be gone.
    if (std::uncaught_exceptions() == 0)
      MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
  }
  bool done() override {
    int all = 0;
    require_success(MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &all, MPI_STATUSES_IGNORE));
    return all != 0;
  }

 private:
  std::vector<MPI_Request> requests_;
};

}  // namespace

std::unique_ptr<MpiCommunicator> MpiCommunicator::start() {
  int given = 0;
  // Any thread may call, one at a time.
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &given) != MPI_SUCCESS || given < MPI_THREAD_SERIALIZED)
    throw equivec::Error("MPI cannot be started with threads");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  int rank = 0, size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return std::unique_ptr<MpiCommunicator>(new MpiCommunicator(rank, size));
}

MpiCommunicator::~MpiCommunicator() { MPI_Finalize(); }

std::string MpiCommunicator::library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  if (MPI_Get_library_version(text.data(), &length) != MPI_SUCCESS) return "unknown";
  const std::string version(text.data());
  return version.substr(0, version.find_first_of(",\n"));
}

std::string MpiCommunicator::host() const {
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  MPI_Get_processor_name(name.data(), &length);
  return std::string(name.data(), static_cast<std::size_t>(length));
}

void MpiCommunicator::abort(const std::string& message) {
  if (!message.empty()) show_error(message + "\n");
  MPI_Abort(MPI_COMM_WORLD, abort_status_);
  std::terminate();  // MPI_Abort does not return
}

std::unique_ptr<equivec::Communicator::Message> MpiCommunicator::start_sending(int to, int tag,
                                                                               std::span<const std::byte> data) {
  return std::make_unique<MpiMessage>(data.size(), [&](std::size_t begin, int size, MPI_Request* request) {
    return MPI_Isend(data.data() + begin, size, MPI_BYTE, to, tag, MPI_COMM_WORLD, request);
  });
}

std::unique_ptr<equivec::Communicator::Message> MpiCommunicator::start_receiving(int from, int tag,
                                                                                 std::span<std::byte> data) {
  return std::make_unique<MpiMessage>(data.size(), [&](std::size_t begin, int size, MPI_Request* request) {
    return MPI_Irecv(data.data() + begin, size, MPI_BYTE, from, tag, MPI_COMM_WORLD, request);
  });
}
