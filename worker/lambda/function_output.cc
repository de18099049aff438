#include "worker/lambda/function_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"

namespace pawl::worker {
namespace {

// All of it, unless nobody takes it.
void PassOn(const char* text, size_t size) {
  while (size > 0) {
    const ssize_t written = write(STDERR_FILENO, text, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text += written;
    size -= static_cast<size_t>(written);
  }
}

}  // namespace

class FunctionOutput::Reader {
 public:
  Reader(boost::asio::io_context* io, int fd) : descriptor(*io, fd) {}
  boost::asio::posix::stream_descriptor descriptor;
};

absl::StatusOr<std::shared_ptr<FunctionOutput>> FunctionOutput::Make(boost::asio::io_context* io) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return absl::UnavailableError(StrCat("a pipe: ", std::strerror(errno)));
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return std::shared_ptr<FunctionOutput>(new FunctionOutput(io, ends[0], ends[1]));
}

FunctionOutput::FunctionOutput(boost::asio::io_context* io, int read_fd, int write_fd)
    : write_fd_(write_fd), reader_(std::make_unique<Reader>(io, read_fd)) {}

FunctionOutput::~FunctionOutput() {
  if (write_fd_ >= 0) close(write_fd_);
}

void FunctionOutput::Run() {
  close(std::exchange(write_fd_, -1));
  boost::asio::post(reader_->descriptor.get_executor(),
                    [self = shared_from_this()] { self->Wait(); });
}

void FunctionOutput::Wait() {
  absl::MutexLock lock(&mu_);
  if (stopped_) return;
  reader_->descriptor.async_wait(
      boost::asio::posix::stream_descriptor::wait_read,
      [self = shared_from_this()](const boost::system::error_code& error) {
        if (error) return;
        {
          absl::MutexLock lock(&self->mu_);
          if (self->stopped_ || !self->ReadAll()) return;
        }
        self->Wait();
      });
}

bool FunctionOutput::ReadAll() {
  char part[4096];
  while (true) {
    const ssize_t size = read(reader_->descriptor.native_handle(), part, sizeof(part));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    PassOn(part, static_cast<size_t>(size));
    tail_.append(part, static_cast<size_t>(size));
    if (tail_.size() > kLogTailBytes) tail_.erase(0, tail_.size() - kLogTailBytes);
  }
}

void FunctionOutput::Mark() {
  absl::MutexLock lock(&mu_);
  if (!stopped_) ReadAll();
  tail_.clear();
}

std::string FunctionOutput::Tail() {
  absl::MutexLock lock(&mu_);
  if (!stopped_) ReadAll();
  return tail_;
}

void FunctionOutput::Stop() {
  {
    absl::MutexLock lock(&mu_);
    if (std::exchange(stopped_, true)) return;
    ReadAll();
  }
  boost::asio::post(reader_->descriptor.get_executor(), [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->reader_->descriptor.close(ignored);
  });
}

}  // namespace pawl::worker
