#include "coordinator/store/ready_listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "coordinator/base/log.h"
#include "coordinator/store/pqxx_status.h"

namespace pawl::store {
namespace {

constexpr int kBackoffMinMs = 50;
constexpr int kBackoffMaxMs = 2000;
// How long nothing may come before it is asked whether the other end still listens: otherwise a
// session that was lost on the way would stay silent for ever.
constexpr int kPingAfterMs = 5000;
constexpr Statement kPing{"ping", "select 1"};

// A payload is "<node> <activity>".
class Receiver : public pqxx::notification_receiver {
 public:
  Receiver(pqxx::connection& connection, std::string_view node,
           const ReadyListener::OnReady& on_ready)
      : notification_receiver(connection, "pawl_ready"), node_(node), on_ready_(on_ready) {}

  void operator()(const std::string& payload, int /*backend_pid*/) override {
    const size_t space = payload.find(' ');
    if (space == std::string::npos || payload.compare(0, space, node_) == 0) return;
    on_ready_(payload.substr(space + 1));
  }

 private:
  const std::string_view node_;
  const ReadyListener::OnReady& on_ready_;
};

}  // namespace

ReadyListener::ReadyListener(std::string database_url, std::string application_name,
                             std::string node, OnReady on_ready)
    : database_url_(std::move(database_url)),
      application_name_(std::move(application_name)),
      node_(std::move(node)),
      on_ready_(std::move(on_ready)),
      stop_event_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Listen(); }) {}

ReadyListener::~ReadyListener() {
  const uint64_t one = 1;
  // Cannot fail: the counter is far from full.
  [[maybe_unused]] const ssize_t written = write(stop_event_, &one, sizeof(one));
  thread_.join();
  close(stop_event_);
}

void ReadyListener::Listen() {
  int backoff_ms = kBackoffMinMs;
  do {
    try {
      Session session(database_url_, application_name_);
      backoff_ms = kBackoffMinMs;
      ListenOn(&session);
      return;
    } catch (...) {
      log::Warn("listen_failed", {{"error", FromCurrentException("listen", Effect::kRead)}});
    }
    backoff_ms = std::min(backoff_ms * 2, kBackoffMaxMs);
  } while (WaitFor(-1, backoff_ms));
}

void ReadyListener::ListenOn(Session* session) {
  Receiver receiver(session->connection(), node_, on_ready_);
  while (WaitFor(session->connection().sock(), kPingAfterMs)) {
    if (session->connection().get_notifs() == 0) {
      session->Run(kPing);
      session->connection().get_notifs();  // what came before the answer
    }
    if (!session->open()) throw pqxx::broken_connection("the session that listens has ended");
  }
}

bool ReadyListener::WaitFor(int socket, int timeout_ms) const {
  pollfd waits[] = {{stop_event_, POLLIN, 0}, {socket, POLLIN, 0}};  // a socket of -1 is left out
  poll(waits, 2, timeout_ms);
  return (waits[0].revents & POLLIN) == 0;
}

}  // namespace pawl::store
