// Listens for the hints of other nodes that tasks are ready (NOTIFY pawl_ready), on a thread and a
// session of its own. Connects again when the session breaks; what was sent meanwhile is lost, as
// hints may be.

#ifndef PAWL_STORE_READY_LISTENER_H_
#define PAWL_STORE_READY_LISTENER_H_

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "coordinator/store/session.h"

namespace pawl::store {

class ReadyListener {
 public:
  using OnReady = std::function<void(const std::string& activity)>;

  // `node`: hints of this sender are left out.
  ReadyListener(std::string database_url, std::string application_name, std::string node,
                OnReady on_ready);
  // Waits for a call of `on_ready` under way.
  ~ReadyListener();
  ReadyListener(const ReadyListener&) = delete;
  ReadyListener& operator=(const ReadyListener&) = delete;

 private:
  void Listen();
  // Until the session breaks (throws) or the listener ends.
  void ListenOn(Session* session);
  // Until there is something to read on `socket`, or for `timeout_ms` (-1: for ever). False when
  // the listener ends.
  bool WaitFor(int socket, int timeout_ms) const;

  const std::string database_url_;
  const std::string application_name_;
  const std::string node_;
  const OnReady on_ready_;
  int stop_event_;  // an eventfd, written once
  std::thread thread_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_READY_LISTENER_H_
