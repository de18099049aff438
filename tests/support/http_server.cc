#include "tests/support/http_server.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace pawl::testing_support {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using boost::system::error_code;

struct Counters {
  std::atomic<int64_t> connections = 0;
  std::atomic<int64_t> requests = 0;
  std::atomic<int64_t> open = 0;
};

struct Identity {
  std::string certificate;
  std::string key;
};

std::string Pem(const std::function<void(BIO*)>& write) {
  BIO* const bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, size);
  BIO_free(bio);
  return text;
}

Identity MakeIdentity(const char* hosts) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, hosts);
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
  Identity identity{Pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); }),
                    Pem([&](BIO* bio) {
                      PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
                    })};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return identity;
}

size_t ContentLength(const std::string& head) {
  const std::string lower = absl::AsciiStrToLower(head);
  const size_t at = lower.find("\r\ncontent-length:");
  size_t length = 0;
  if (at == std::string::npos) return 0;
  const std::string rest = lower.substr(at + 17, lower.find("\r\n", at + 2) - at - 17);
  (void)absl::SimpleAtoi(rest, &length);
  return length;
}

Tcp::socket& Lowest(Tcp::socket& socket) { return socket; }
Tcp::socket& Lowest(asio::ssl::stream<Tcp::socket>& stream) { return stream.next_layer(); }

// One connection.
template <typename Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, const LocalHttpServer::Handler& handler, Counters& counters)
      : stream_(std::move(stream)),
        timer_(stream_.get_executor()),
        handler_(handler),
        counters_(counters) {
    ++counters_.connections;
    ++counters_.open;
  }
  ~Session() { --counters_.open; }

  void Start() {
    if constexpr (std::is_same_v<Stream, Tcp::socket>) {
      ReadHead();
    } else {
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                if (!error) self->ReadHead();
                              });
    }
  }

 private:
  void ReadHead() {
    asio::async_read_until(stream_, asio::dynamic_buffer(buffer_), "\r\n\r\n",
                           [self = this->shared_from_this()](error_code error, size_t size) {
                             if (!error) self->ReadBody(size);
                           });
  }

  void ReadBody(size_t head_size) {
    request_.head = buffer_.substr(0, head_size);
    buffer_.erase(0, head_size);
    const size_t length = ContentLength(request_.head);
    const size_t missing = length > buffer_.size() ? length - buffer_.size() : 0;
    asio::async_read(stream_, asio::dynamic_buffer(buffer_), asio::transfer_exactly(missing),
                     [self = this->shared_from_this(), length](error_code error, size_t) {
                       if (!error) self->Handle(length);
                     });
  }

  void Handle(size_t length) {
    request_.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    const size_t first = request_.head.find(' ');
    request_.method = request_.head.substr(0, first);
    request_.target =
        request_.head.substr(first + 1, request_.head.find(' ', first + 1) - first - 1);
    ++counters_.requests;
    reply_ = handler_(request_);
    if (reply_.delay == absl::ZeroDuration()) return Write();
    timer_.expires_after(absl::ToChronoNanoseconds(reply_.delay));
    timer_.async_wait([self = this->shared_from_this()](error_code error) {
      if (!error) self->Write();
    });
  }

  void Write() {
    asio::async_write(stream_, asio::buffer(reply_.bytes),
                      [self = this->shared_from_this()](error_code error, size_t) {
                        if (!error) self->Written();
                      });
  }

  void Written() {
    error_code ignored;
    switch (reply_.then) {
      case Reply::Then::kKeepAlive:
        ReadHead();
        break;
      case Reply::Then::kClose:
        Lowest(stream_).shutdown(Tcp::socket::shutdown_both, ignored);
        break;
      case Reply::Then::kReset:
        Lowest(stream_).set_option(asio::socket_base::linger(true, 0), ignored);
        Lowest(stream_).close(ignored);
        break;
      case Reply::Then::kHang:
        // Until the other side closes.
        asio::async_read(stream_, asio::dynamic_buffer(buffer_),
                         [self = this->shared_from_this()](error_code, size_t) {});
        break;
    }
  }

  Stream stream_;
  asio::steady_timer timer_;
  const LocalHttpServer::Handler& handler_;
  Counters& counters_;
  std::string buffer_;
  ReceivedRequest request_;
  Reply reply_;
};

}  // namespace

Reply Answer(int status, const std::string& body, const std::string& more_headers) {
  return {.bytes = absl::StrCat("HTTP/1.1 ", status, " ", status == 200 ? "OK" : "Whatever",
                                "\r\nContent-Length: ", body.size(), "\r\n", more_headers, "\r\n",
                                body)};
}

class LocalHttpServer::Impl {
 public:
  Impl(Handler handler, Security security)
      : handler_(std::move(handler)),
        acceptor_(context_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    // Room for thousands that come at once.
    acceptor_.listen(4096);
    if (security != Security::kPlain) {
      const Identity identity = MakeIdentity(
          security == Security::kTls ? "DNS:localhost,IP:127.0.0.1" : "DNS:another.example");
      certificate_ = identity.certificate;
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate(asio::buffer(identity.certificate), asio::ssl::context::pem);
      tls_->use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
    }
    Accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Impl() {
    context_.stop();
    thread_.join();
  }

  void Accept() {
    acceptor_.async_accept([this](error_code error, Tcp::socket socket) {
      if (error) return;
      if (tls_) {
        asio::ssl::stream<Tcp::socket> stream(std::move(socket), *tls_);
        std::make_shared<Session<asio::ssl::stream<Tcp::socket>>>(std::move(stream), handler_,
                                                                  counters_)
            ->Start();
      } else {
        std::make_shared<Session<Tcp::socket>>(std::move(socket), handler_, counters_)->Start();
      }
      Accept();
    });
  }

  const Handler handler_;
  Counters counters_;
  std::string certificate_;
  std::optional<asio::ssl::context> tls_;
  asio::io_context context_{1};
  Tcp::acceptor acceptor_;
  std::thread thread_;
};

LocalHttpServer::LocalHttpServer(Handler handler, Security security)
    : impl_(std::make_unique<Impl>(std::move(handler), security)) {}

LocalHttpServer::~LocalHttpServer() = default;

uint16_t LocalHttpServer::port() const { return impl_->acceptor_.local_endpoint().port(); }

std::string LocalHttpServer::Url(const std::string& target) const {
  return absl::StrCat(impl_->tls_ ? "https" : "http", "://127.0.0.1:", port(), "/", target);
}

const std::string& LocalHttpServer::certificate() const { return impl_->certificate_; }
int64_t LocalHttpServer::connections() const { return impl_->counters_.connections; }
int64_t LocalHttpServer::requests() const { return impl_->counters_.requests; }
int64_t LocalHttpServer::open_connections() const { return impl_->counters_.open; }

}  // namespace pawl::testing_support
