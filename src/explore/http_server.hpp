#pragma once

#include "equivec/base/progress.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec {

class HttpSession;  // a connection

/// A request that has been accepted: Host, token and method are right. HEAD is asked as GET is; the body is left out.
struct HttpRequest {
  std::string path;  ///< decoded octets, "/neighbors"; begins with '/'
  /// Names and values in the request's order, decoded ('+' is a blank): any octets, also NUL and what is not UTF-8.
  std::vector<std::pair<std::string, std::string>> parameters;

  /// The value of the first parameter of this name.
  std::optional<std::string> parameter(std::string_view name) const;
  /// The values of all parameters of this name, in order.
  std::vector<std::string> all(std::string_view name) const;
};

struct HttpAnswer {
  unsigned status = 200;                    ///< 200 to 599
  std::string type = "application/json";    ///< of the body; one line
  std::shared_ptr<const std::string> body;  ///< null: empty. It is sent from where it stands, so share a large one.
};

/// An answer of status 200.
HttpAnswer http_answer(std::string type, std::string body);
/// The answer {"error": message}. Bytes of the message that are not UTF-8 become U+FFFD.
HttpAnswer http_error(unsigned status, std::string_view message);

/// What one client, or all of them together, may take of the server. All are at least 1, but waiting may be 0.
struct HttpLimits {
  std::size_t header_octets = 8192;  ///< request line and headers; beyond: 431. At most 1 MiB.
  std::size_t parameters = 64;       ///< of a request; beyond: 400
  std::size_t connections = 64;      ///< served at once; beyond: 503, or closed at once where that many get their 503
  std::size_t workers = 4;           ///< threads that compute answers; at most 256
  std::size_t waiting = 32;          ///< requests that wait for a worker; beyond: 503
  /// For a request to arrive, counted from the end of the last answer, and for each step in which an answer is written:
  /// a slow reader is served as long as it reads. Beyond: the connection is closed. 1 ms to an hour.
  std::chrono::milliseconds patience{10000};
};

struct HttpServerOptions {
  /// An address or name of this machine. localhost, 127.0.0.1 and ::1 all mean both addresses of loopback, as far as
  /// the machine has them. 0.0.0.0 or :: is every address of the machine: who reaches it needs the token, but nothing
  /// is encrypted.
  std::string host = "127.0.0.1";
  int port = 0;         ///< 0 (any free one) to 65535
  bool framed = false;  ///< pages of other ports of this machine may show this one in a frame, as Jupyter does
  HttpLimits limits = {};

  void validate() const;  ///< throws OptionError
};

/// A small HTTP/1.1 server for one page and its questions. It serves from its own threads from construction on.
///
/// What else runs in the browser, and other users of the machine, can reach loopback too. So a request must name this
/// server as its Host (which a page that rebinds its name in DNS cannot), and carry a token of 128 random bits in the
/// header X-Equivec-Token, which stands in the fragment of address() and so is never sent by a link. A request that
/// another site has the browser make is refused by what Sec-Fetch-Site says. Only GET and HEAD, no bodies of requests.
class HttpServer {
 public:
  /// Called from several threads at once, at most limits.workers. Progress is of this request alone: `cancelled` is set
  /// when the client has left (or has closed its side) or the server stops; an answer is then no longer needed.
  /// Error becomes status 400 with its message, Cancelled 503, any other exception 500 with a fixed text.
  using Handler = std::function<HttpAnswer(const HttpRequest&, Progress&)>;

  /// `public_parts` by path ("/", "/page.js") are served without a token; all else is asked of the handler.
  /// Throws OptionError for invalid options, and Error, naming the address, where it cannot listen, for example because
  /// the port is in use.
  HttpServer(std::map<std::string, HttpAnswer> public_parts, Handler handler, const HttpServerOptions& options = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Cancels answers in work, closes all connections, and waits for the handler's calls to return.
  ~HttpServer();

  /// "http://127.0.0.1:43211/#token=0123456789abcdef0123456789abcdef": what a browser opens. A secret.
  const std::string& address() const noexcept;

 private:
  friend class HttpSession;
  struct Serving;
  std::unique_ptr<Serving> serving_;
};

}  // namespace equivec
