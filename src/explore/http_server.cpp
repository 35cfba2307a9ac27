#include "src/explore/http_server.hpp"

#include "equivec/base/error.hpp"
#include "src/report/json.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>

#include <csignal>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <set>
#include <thread>

// One thread does all input and output, so that connections need no locks; workers compute answers and hand them back.

namespace equivec {

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using net::ip::tcp;
using WireRequest = http::request<http::empty_body>;
using WireAnswer = http::response<http::span_body<const char>>;

constexpr std::size_t token_octets = 16;
// With the kernel's own sizes a slow reader would let megabytes pass before the writer sees that it reads at all.
constexpr int send_buffer_octets = 256 * 1024;
constexpr std::chrono::milliseconds farewell{1000};

/// A request that is not answered. The message never holds bytes of the request.
struct Refusal {
  unsigned status;
  const char* message;
};

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// ---- addresses ----

/// As it stands in a URL.
std::string in_url(const net::ip::address& address) {
  return address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
}

std::string in_url(const tcp::endpoint& endpoint) {
  return in_url(endpoint.address()) + ':' + std::to_string(endpoint.port());
}

std::optional<net::ip::address> numeric(std::string host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  error_code no_address;
  const net::ip::address address = net::ip::make_address(host, no_address);
  return no_address ? std::nullopt : std::optional(address);
}

bool is_loopback(const std::string& host) {
  const auto address = numeric(host);
  return lower(host) == "localhost" || address == net::ip::address(net::ip::address_v4::loopback()) ||
         address == net::ip::address(net::ip::address_v6::loopback());
}

std::vector<net::ip::address> addresses_of(const std::string& host, net::io_context& io) {
  const auto address = numeric(host);
  if (is_loopback(host)) {
    std::vector<net::ip::address> both{net::ip::address_v4::loopback(), net::ip::address_v6::loopback()};
    if (address && address->is_v6()) std::swap(both[0], both[1]);
    return both;
  }
  if (address) return {*address};
  error_code unknown;
  std::vector<net::ip::address> result;
  for (const auto& entry : tcp::resolver(io).resolve(host, "", unknown))
    if (std::find(result.begin(), result.end(), entry.endpoint().address()) == result.end())
      result.push_back(entry.endpoint().address());
  if (result.empty()) throw OptionError("host must be an address or name of this machine, got '" + host + "'");
  return result;
}

error_code listen_at(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code failure;
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure && endpoint.address().is_v6()) acceptor.set_option(net::ip::v6_only(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(tcp::acceptor::max_listen_connections, failure);
  return failure;
}

// ---- what is asked ----

std::string decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    unsigned char octet = 0;
    const char* const first = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(first, first + 2, octet, 16).ptr != first + 2)
      throw Refusal{400, "a percent sign in the address is not followed by two hexadecimal digits"};
    result += static_cast<char>(octet);
    i += 2;
  }
  return result;
}

/// A form's way of writing, which URLSearchParams has too.
std::string decode_form(std::string_view text) {
  std::string with_blanks(text);
  std::replace(with_blanks.begin(), with_blanks.end(), '+', ' ');
  return decode(with_blanks);
}

HttpRequest parse_target(std::string_view target, std::size_t most_parameters) {
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos)
    throw Refusal{400, "the request's target must be a path"};
  const std::size_t mark = std::min(target.find('?'), target.size());
  HttpRequest result{decode(target.substr(0, mark)), {}};
  for (std::string_view rest = target.substr(std::min(mark + 1, target.size())); !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    if (part.empty()) continue;
    if (result.parameters.size() == most_parameters) throw Refusal{400, "the request has too many parameters"};
    const std::size_t equals = std::min(part.find('='), part.size());
    result.parameters.emplace_back(decode_form(part.substr(0, equals)),
                                   decode_form(part.substr(std::min(equals + 1, part.size()))));
  }
  return result;
}

void check_form(const WireRequest& request) {
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    throw Refusal{405, "only GET and HEAD are answered"};
  if (request.count(http::field::transfer_encoding) != 0) throw Refusal{400, "a request must not have a body"};
}

/// A browser says which site made it ask. A link to the page may be followed from anywhere.
void check_site(const WireRequest& request, bool is_public, bool framed) {
  const std::string_view site = view(request["Sec-Fetch-Site"]);
  if (site.empty() || site == "same-origin" || site == "none") return;
  const std::string_view shown_in = view(request["Sec-Fetch-Dest"]);
  if (is_public && request["Sec-Fetch-Mode"] == "navigate" &&
      (shown_in == "document" || (framed && shown_in == "iframe")))
    return;
  throw Refusal{403, "the request comes from another site"};
}

void check_token(const WireRequest& request, std::string_view token) {
  const std::string_view given = view(request["X-Equivec-Token"]);
  unsigned difference = request.count("X-Equivec-Token") == 1 && given.size() == token.size() ? 0 : 1;
  // Always all characters: how long it takes must not tell how many are right.
  for (std::size_t i = 0; i < token.size(); ++i)
    difference |= static_cast<unsigned char>(token[i] ^ (i < given.size() ? given[i] : '\0'));
  if (difference != 0) throw Refusal{403, "the token is missing or wrong; open the address that the program printed"};
}

// ---- what is answered ----

HttpAnswer ask(const HttpServer::Handler& handler, const HttpRequest& request, Progress& progress) {
  try {
    check_cancelled(&progress);  // the client may have left while the request waited
    return handler(request, progress);
  } catch (const Cancelled&) {
    return http_error(503, "interrupted");
  } catch (const Error& error) {
    return http_error(400, error.what());
  } catch (...) {
    return http_error(500, "the program failed to answer this");
  }
}

void set_headers(WireAnswer& wire, const HttpAnswer& answer, bool framed) {
  static const std::string policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
  static const std::string framed_policy =
      policy + " http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*";
  wire.result(answer.status);
  wire.set(http::field::content_type, answer.type);
  wire.set(http::field::cache_control, "no-store");
  wire.set("Content-Security-Policy", framed ? framed_policy : policy);
  wire.set("X-Content-Type-Options", "nosniff");
  wire.set("Referrer-Policy", "no-referrer");
  wire.set("Cross-Origin-Resource-Policy", "same-origin");
  wire.set("Cross-Origin-Opener-Policy", "same-origin");
  if (!framed) wire.set(http::field::x_frame_options, "SAMEORIGIN");
  if (answer.status == 405) wire.set(http::field::allow, "GET, HEAD");
}

std::string random_token() {
  std::array<unsigned char, token_octets> octets{};
  if (::getentropy(octets.data(), octets.size()) != 0) throw Error("the system gives no random numbers for a token");
  std::string result;
  for (const unsigned octet : octets)
    for (const unsigned digit : {octet / 16, octet % 16}) result += "0123456789abcdef"[digit];
  return result;
}

/// Threads begun meanwhile leave the signals that end the program to the thread that waits for them.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ending, signal);
    pthread_sigmask(SIG_BLOCK, &ending, &before_);
  }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_ = {};
};

}  // namespace

// ---- server ----

/// What all connections share. After construction only the thread of `io` changes it; workers read `handler`.
struct HttpServer::Serving {
  Serving(std::map<std::string, HttpAnswer> public_parts, Handler answer, const HttpServerOptions& chosen);
  ~Serving();

  void listen();
  std::optional<error_code> try_to_listen(const std::vector<net::ip::address>& addresses, tcp::endpoint& failed);
  void name_itself();
  void run();
  void accept(tcp::acceptor& acceptor);
  void accept_later(tcp::acceptor& acceptor);
  void begin_session(tcp::socket socket);
  void check_host(const WireRequest& request, const tcp::socket& socket) const;

  const std::map<std::string, HttpAnswer> parts;
  const Handler handler;
  const HttpServerOptions options;
  const std::string token = random_token();
  std::string address;
  std::set<std::string> own_names;  // as in Host
  std::set<HttpSession*> sessions;
  std::size_t served = 0;   // of the sessions
  std::size_t in_work = 0;  // requests that wait for a worker or have one
  // What follows goes first, and sessions with it.
  net::io_context io{1};
  std::vector<tcp::acceptor> acceptors;
  std::optional<net::thread_pool> workers;
  std::thread loop;
};

// ---- one connection ----

/// Reads a request, answers it, reads the next. Alive as long as it waits for something; all of it on the thread of io.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(tcp::socket socket, HttpServer::Serving& server, bool served)
      : server_(server), served_(served), stream_(std::move(socket)), buffer_(server.options.limits.header_octets) {
    server_.sessions.insert(this);
    if (served_) ++server_.served;
  }
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  ~HttpSession() {
    server_.sessions.erase(this);
    if (served_) --server_.served;
  }

  void begin() { served_ ? read() : refuse({503, "too many connections at once"}); }

  void cancel() {
    if (progress_) progress_->cancelled = true;
  }

 private:
  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_.options.limits.header_octets));
    parser_->body_limit(0);
    stream_.expires_after(server_.options.limits.patience);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](error_code failure, std::size_t) { self->on_read(failure); });
  }

  void on_read(error_code failure) {
    if (!failure) return on_request(parser_->get());
    if (failure == http::error::header_limit || failure == http::error::buffer_overflow)
      return refuse({431, "the request's headers are too large"});
    if (failure == http::error::body_limit) return refuse({413, "a request must not have a body"});
    const bool left = failure == http::error::end_of_stream || failure == http::error::partial_message;
    const bool parsed = failure.category() == http::make_error_code(http::error::end_of_stream).category();
    if (parsed && !left) refuse({400, "this is no HTTP request"});
  }

  void on_request(const WireRequest& request) {
    head_only_ = request.method() == http::verb::head;
    keeps_open_ = request.keep_alive();
    version_ = request.version();
    try {
      server_.check_host(request, stream_.socket());
      check_form(request);
      HttpRequest asked = parse_target(view(request.target()), server_.options.limits.parameters);
      const auto part = server_.parts.find(asked.path);
      const bool is_public = part != server_.parts.end();
      check_site(request, is_public, server_.options.framed);
      if (is_public) return write(part->second);
      check_token(request, server_.token);
      compute(std::move(asked));
    } catch (const Refusal& refusal) {
      refuse(refusal);
    }
  }

  void compute(HttpRequest request) {
    const HttpLimits& limits = server_.options.limits;
    if (server_.in_work >= limits.workers + limits.waiting) return write(http_error(503, "too many requests at once"));
    ++server_.in_work;
    progress_ = std::make_shared<Progress>();
    watch();
    net::post(
        *server_.workers, [self = shared_from_this(), request = std::move(request), progress = progress_]() mutable {
          HttpServer::Serving& server = self->server_;
          HttpAnswer answer = ask(server.handler, request, *progress);
          // The session goes along: it must end on the thread of io.
          net::post(server.io, [self = std::move(self), answer = std::move(answer)] { self->on_computed(answer); });
        });
  }

  /// Notices while an answer is computed that nobody waits for it.
  void watch() {
    stream_.socket().async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code cancelled) {
      if (cancelled || !self->progress_) return;
      char next = 0;
      error_code failure;
      const std::size_t count = self->stream_.socket().receive(net::buffer(&next, 1), MSG_PEEK, failure);
      if (failure == net::error::would_block) return self->watch();
      if (count == 0) self->cancel();  // else it is the next request, and what comes after it cannot be seen
    });
  }

  void on_computed(const HttpAnswer& answer) {
    --server_.in_work;
    const bool left = progress_->cancelled;
    progress_.reset();
    if (left) return;
    error_code ignored;
    stream_.socket().cancel(ignored);  // watch()
    write(answer);
  }

  /// What follows in the stream is not trusted.
  void refuse(const Refusal& refusal) {
    keeps_open_ = false;
    write(http_error(refusal.status, refusal.message));
  }

  void write(const HttpAnswer& answer) {
    body_ = answer.body;
    answer_.emplace();
    set_headers(*answer_, answer, server_.options.framed);
    if (body_) answer_->body() = {body_->data(), body_->size()};
    answer_->version(version_);
    answer_->keep_alive(keeps_open_);
    answer_->content_length(body_ ? body_->size() : 0);
    serializer_.emplace(*answer_);
    serializer_->split(head_only_);
    write_some();
  }

  void write_some() {
    stream_.expires_after(server_.options.limits.patience);
    http::async_write_some(stream_, *serializer_, [self = shared_from_this()](error_code failure, std::size_t) {
      if (!failure) self->on_written();
    });
  }

  void on_written() {
    if (!(head_only_ ? serializer_->is_header_done() : serializer_->is_done())) return write_some();
    body_.reset();
    if (keeps_open_) return read();
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(std::min(farewell, server_.options.limits.patience));
    discard();
  }

  /// A socket that is closed with unread octets resets the connection: a client that still sends fails there, and may
  /// never look at its answer.
  void discard() {
    buffer_.clear();
    const std::size_t most = std::min<std::size_t>(4096, buffer_.max_size());
    stream_.async_read_some(buffer_.prepare(most), [self = shared_from_this()](error_code failure, std::size_t) {
      if (!failure) self->discard();
    });
  }

  HttpServer::Serving& server_;
  const bool served_;  // else it is only told that there are too many
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;  // may hold the beginning of the next requests
  std::optional<http::request_parser<http::empty_body>> parser_;
  bool head_only_ = false;
  bool keeps_open_ = false;
  unsigned version_ = 11;
  std::shared_ptr<Progress> progress_;  // of the answer in work, else null
  std::shared_ptr<const std::string> body_;
  std::optional<WireAnswer> answer_;
  std::optional<http::response_serializer<http::span_body<const char>>> serializer_;
};

HttpServer::Serving::Serving(std::map<std::string, HttpAnswer> public_parts, Handler answer,
                             const HttpServerOptions& chosen)
    : parts(std::move(public_parts)), handler(std::move(answer)), options(chosen) {
  listen();
  name_itself();
  for (tcp::acceptor& acceptor : acceptors) accept(acceptor);
  const WithoutSignals quiet;
  workers.emplace(options.limits.workers);
  loop = std::thread([this] { run(); });
}

HttpServer::Serving::~Serving() {
  net::post(io, [this] {
    for (HttpSession* const session : sessions) session->cancel();
    io.stop();
  });
  loop.join();
  workers->stop();
  workers->join();
}

void HttpServer::Serving::run() {
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception&) {  // no memory: one connection ends, the others go on
    }
  }
}

void HttpServer::Serving::listen() {
  const std::vector<net::ip::address> addresses = addresses_of(options.host, io);
  tcp::endpoint failed;
  std::optional<error_code> failure;
  // A free port of one address may be taken at the other.
  for (int tries = options.port == 0 ? 20 : 1; tries > 0; --tries)
    if (failure = try_to_listen(addresses, failed); !failure) return;
  throw Error("cannot listen on " + in_url(failed) + ": " + failure->message() +
              (*failure == net::error::address_in_use ? "; choose another port, or 0 for a free one" : ""));
}

/// Nullopt if it listens. An address that the machine lacks does not matter if there is another, but one that belongs
/// to another program does: who opens "localhost" might get that.
std::optional<error_code> HttpServer::Serving::try_to_listen(const std::vector<net::ip::address>& addresses,
                                                             tcp::endpoint& failed) {
  acceptors.clear();
  std::optional<error_code> failure;
  for (const net::ip::address& own : addresses) {
    const auto port =
        acceptors.empty() ? static_cast<unsigned short>(options.port) : acceptors[0].local_endpoint().port();
    tcp::acceptor acceptor(io);
    const error_code result = listen_at(acceptor, {own, port});
    if (!result) acceptors.push_back(std::move(acceptor));
    const bool in_use = result == net::error::address_in_use;
    if (result && (!failure || in_use)) {
      failed = {own, port};
      failure = result;
    }
    if (in_use) return failure;
  }
  return acceptors.empty() ? failure : std::nullopt;
}

void HttpServer::Serving::name_itself() {
  const tcp::endpoint first = acceptors[0].local_endpoint();
  const auto given = numeric(options.host);
  std::string host = given ? in_url(*given) : lower(options.host);
  std::set<std::string> names{"localhost", "127.0.0.1", "[::1]", host};
  if (given && given->is_unspecified()) {
    error_code ignored;
    names.insert(lower(net::ip::host_name(ignored)));
    host = given->is_v6() ? "[::1]" : "127.0.0.1";
  }
  if (is_loopback(options.host)) host = in_url(first.address());
  for (const std::string& name : names) {
    own_names.insert(name + ':' + std::to_string(first.port()));
    if (first.port() == 80) own_names.insert(name);
  }
  address = "http://" + host + ':' + std::to_string(first.port()) + "/#token=" + token;
}

void HttpServer::Serving::check_host(const WireRequest& request, const tcp::socket& socket) const {
  const std::string host = lower(view(request[http::field::host]));
  error_code gone;
  if (request.count(http::field::host) == 1 &&
      // The address at which the client came: rebinding takes a name.
      (own_names.contains(host) || host == in_url(socket.local_endpoint(gone))))
    return;
  throw Refusal{403, "the request's Host is not this server; open the address that the program printed"};
}

void HttpServer::Serving::accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([this, &acceptor](error_code failure, tcp::socket socket) {
    if (failure) return accept_later(acceptor);
    accept(acceptor);
    begin_session(std::move(socket));
  });
}

/// Without free file descriptors accepting fails again at once, and would take all time.
void HttpServer::Serving::accept_later(tcp::acceptor& acceptor) {
  const auto timer = std::make_shared<net::steady_timer>(io, std::chrono::milliseconds(50));
  timer->async_wait([this, timer, &acceptor](error_code) { accept(acceptor); });
}

void HttpServer::Serving::begin_session(tcp::socket socket) {
  const bool serves = served < options.limits.connections;
  if (!serves && sessions.size() - served >= options.limits.connections) return;
  error_code ignored;  // a client that has left is noticed when it is read from
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(tcp::socket::send_buffer_size(send_buffer_octets), ignored);
  socket.non_blocking(true, ignored);
  std::make_shared<HttpSession>(std::move(socket), *this, serves)->begin();
}

// ---- interface ----

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
  for (const auto& [own, value] : parameters)
    if (own == name) return value;
  return std::nullopt;
}

std::vector<std::string> HttpRequest::all(std::string_view name) const {
  std::vector<std::string> result;
  for (const auto& [own, value] : parameters)
    if (own == name) result.push_back(value);
  return result;
}

HttpAnswer http_answer(std::string type, std::string body) {
  return {200, std::move(type), std::make_shared<const std::string>(std::move(body))};
}

HttpAnswer http_error(unsigned status, std::string_view message) {
  return {status, "application/json", std::make_shared<const std::string>(dump({{"error", message}}))};
}

void HttpServerOptions::validate() const {
  if (host.empty()) throw OptionError("host must be an address or name of this machine, got nothing");
  require_between("port", port, 0, 65535);
  require_between("header_octets", static_cast<double>(limits.header_octets), 1, 1 << 20);
  require_at_least("parameters", static_cast<double>(limits.parameters), 1);
  require_at_least("connections", static_cast<double>(limits.connections), 1);
  require_between("workers", static_cast<double>(limits.workers), 1, 256);
  require_between("patience", static_cast<double>(limits.patience.count()), 1, 3600000);
}

HttpServer::HttpServer(std::map<std::string, HttpAnswer> public_parts, Handler handler,
                       const HttpServerOptions& options) {
  options.validate();
  serving_ = std::make_unique<Serving>(std::move(public_parts), std::move(handler), options);
}

HttpServer::~HttpServer() = default;

const std::string& HttpServer::address() const noexcept { return serving_->address; }

}  // namespace equivec
