#include "src/explore/http_server.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <csignal>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cstring>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace equivec;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

struct Received {
  unsigned status = 0;  // 0: the connection ended before an answer was complete
  std::string headers;  // with the status line
  std::string body;

  std::string header(const std::string& name) const {
    const std::size_t begin = headers.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return "(none)";
    const std::size_t value = begin + name.size() + 4;
    return headers.substr(value, headers.find("\r\n", value) - value);
  }
};

/// A connection of plain sockets, which sends whatever it is told.
class Client {
 public:
  explicit Client(int port, const std::string& host = "127.0.0.1", int receive_buffer = 0)
      : socket_(::socket(host == "::1" ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, host.c_str(), &v4.sin_addr);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = v4.sin_port;
    v6.sin6_addr = in6addr_loopback;
    const bool six = host == "::1";
    connected_ = ::connect(socket_, six ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4),
                           six ? sizeof v6 : sizeof v4) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  bool connected() const { return connected_; }

  /// False if the server has closed.
  bool send(std::string_view octets) {
    while (!octets.empty()) {
      const auto sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// At most `most` octets; none at the end, or where nothing comes for a long time.
  std::string receive(std::size_t most = 65536) {
    pollfd ready{socket_, POLLIN, 0};
    if (::poll(&ready, 1, 20000) <= 0) return {};
    std::string result(most, '\0');
    const auto count = ::recv(socket_, result.data(), most, 0);
    result.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return result;
  }

  bool ended() { return rest_.empty() && receive(1).empty(); }

  Received answer(bool has_body = true) {
    std::size_t end = 0;
    while ((end = rest_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return {};
    Received result;
    result.headers = rest_.substr(0, end + 2);
    rest_.erase(0, end + 4);
    const std::size_t length = has_body ? std::stoul(result.header("Content-Length")) : 0;
    while (rest_.size() < length)
      if (!more()) return {};
    result.body = rest_.substr(0, length);
    rest_.erase(0, length);
    result.status = static_cast<unsigned>(std::stoul(result.headers.substr(9, 3)));
    return result;
  }

  Received ask(std::string_view request) {
    send(request);
    return answer(!request.starts_with("HEAD"));
  }

 private:
  bool more() {
    const std::string next = receive();
    rest_ += next;
    return !next.empty();
  }

  int socket_;
  bool connected_ = false;
  std::string rest_;
};

HttpAnswer echo(const HttpRequest& request, Progress&) {
  std::string result = request.path;
  for (const auto& [name, value] : request.parameters) result += '|' + name + '=' + value;
  return http_answer("text/plain", result);
}

std::map<std::string, HttpAnswer> page() {
  return {{"/", http_answer("text/html; charset=utf-8", "<p>page")}, {"/page.js", http_answer("text/javascript", "1")}};
}

/// A server with what a client must know of it.
struct Served {
  explicit Served(HttpServer::Handler handler = echo, const HttpServerOptions& options = {})
      : server(std::make_unique<HttpServer>(page(), std::move(handler), options)) {
    const std::string address = server->address();
    const std::size_t colon = address.rfind(':');
    port = std::stoi(address.substr(colon + 1));
    host = address.substr(7, address.find('/', 7) - 7);
    token = address.substr(address.find("#token=") + 7);
  }

  /// The request of a client that does everything right, with more headers.
  std::string request(const std::string& target, const std::string& headers = "",
                      const std::string& method = "GET") const {
    return method + ' ' + target + " HTTP/1.1\r\nHost: " + host + "\r\nX-Equivec-Token: " + token + "\r\n" + headers +
           "\r\n";
  }
  std::string without_token(const std::string& target, const std::string& headers = "") const {
    return "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n";
  }
  Received ask(const std::string& octets) const { return Client(port).ask(octets); }
  bool answers() const { return ask(request("/alive")).body == "/alive"; }

  std::unique_ptr<HttpServer> server;
  int port = 0;
  std::string host;  // "127.0.0.1:43211"
  std::string token;
};

HttpServerOptions with(const HttpLimits& limits) {
  HttpServerOptions result;
  result.limits = limits;
  return result;
}

HttpLimits patient(std::chrono::milliseconds patience) {
  HttpLimits result;
  result.patience = patience;
  return result;
}

/// Works until it is told to stop.
HttpAnswer work_on(const HttpRequest&, Progress& progress) {
  for (;;) {
    check_cancelled(&progress);
    std::this_thread::sleep_for(1ms);
  }
}

bool soon(const std::function<bool()>& happens) {
  for (const auto end = Clock::now() + 20s; Clock::now() < end; std::this_thread::sleep_for(1ms))
    if (happens()) return true;
  return false;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

bool has_ipv6() {
  const int probe = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool result = probe >= 0 && ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return result;
}

}  // namespace

// ---- addresses ----

TEST_CASE(
    "http server: the address is loopback's, with a free port and a token of 128 bits that is another each time") {
  const Served first;
  const Served second;
  CHECK(first.server->address().starts_with("http://127.0.0.1:"));
  CHECK(first.port > 0);
  CHECK(first.port != second.port);
  CHECK(first.token.size() == 32);
  CHECK(std::all_of(first.token.begin(), first.token.end(), [](unsigned char c) { return std::isxdigit(c); }));
  CHECK(first.token != second.token);
  CHECK(first.ask(second.request("/x")).status == 403);
}

TEST_CASE("http server: both addresses of loopback listen at the same port, whichever was asked for") {
  for (const std::string host : {"127.0.0.1", "localhost", "::1", "[::1]"}) {
    INFO(host);
    HttpServerOptions options;
    options.host = host;
    const Served served(echo, options);
    CHECK(Client(served.port).ask(served.request("/a")).status == 200);
    if (!has_ipv6()) continue;
    CHECK(served.server->address().starts_with(host.find("::") == std::string::npos ? "http://127.0.0.1:"
                                                                                    : "http://[::1]:"));
    CHECK(Client(served.port, "::1").ask(served.request("/a")).status == 200);
  }
}

TEST_CASE("http server: it listens at no other address of the machine") {
  const Served served;
  CHECK_FALSE(Client(served.port, "127.0.0.2").connected());
}

TEST_CASE("http server: another address of this machine can be asked for and is then a right Host") {
  HttpServerOptions options;
  options.host = "127.0.0.2";
  const Served served(echo, options);
  CHECK(served.server->address().starts_with("http://127.0.0.2:"));
  CHECK(Client(served.port, "127.0.0.2").ask(served.request("/a")).status == 200);
  CHECK_FALSE(Client(served.port).connected());
}

TEST_CASE("http server: with all addresses of the machine, that at which the client came is a right Host") {
  HttpServerOptions options;
  options.host = "0.0.0.0";
  const Served served(echo, options);
  CHECK(served.server->address().starts_with("http://127.0.0.1:"));
  const auto at = [&](const std::string& host) {
    return "GET / HTTP/1.1\r\nHost: " + host + ':' + std::to_string(served.port) + "\r\n\r\n";
  };
  CHECK(Client(served.port, "127.0.0.2").ask(at("127.0.0.2")).status == 200);
  CHECK(Client(served.port, "127.0.0.2").ask(at("127.0.0.3")).status == 403);
  CHECK(Client(served.port).ask(at("evil.example")).status == 403);
}

TEST_CASE("http server: a port in use is an error of one line that names the address") {
  const Served served;
  HttpServerOptions options;
  options.port = served.port;
  try {
    const HttpServer second(page(), echo, options);
    FAIL("the port is in use");
  } catch (const Error& error) {
    const std::string what = error.what();
    CHECK(what.starts_with("cannot listen on 127.0.0.1:" + std::to_string(served.port) + ": "));
    CHECK_THAT(what, ContainsSubstring("choose another port"));
    CHECK(what.find('\n') == std::string::npos);
  }
}

TEST_CASE("http server: a port that only the other address of loopback has in use is refused too") {
  if (!has_ipv6()) return;
  const int six = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  socklen_t size = sizeof address;
  REQUIRE(::bind(six, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(six, 1) == 0);
  ::getsockname(six, reinterpret_cast<sockaddr*>(&address), &size);
  HttpServerOptions options;
  options.port = ntohs(address.sin6_port);
  CHECK_THROWS_WITH(HttpServer(page(), echo, options), ContainsSubstring("cannot listen on [::1]:"));
  ::close(six);
}

TEST_CASE("http server: a port can be used again as soon as the server has gone") {
  HttpServerOptions options;
  for (int i = 0; i < 5; ++i) {
    const Served served(echo, options);
    options.port = served.port;
    // The side that closes first keeps the port busy for a minute.
    Client client(served.port);
    CHECK(client.ask(served.request("/x", "Connection: close\r\n")).status == 200);
    CHECK(client.ended());
  }
}

TEST_CASE("http server: an address of another machine and invalid options are refused") {
  const auto refuses = [](const std::function<void(HttpServerOptions&)>& change) {
    HttpServerOptions options;
    change(options);
    CHECK_THROWS_AS(HttpServer(page(), echo, options), Error);
  };
  refuses([](auto& options) { options.host = "192.0.2.1"; });
  refuses([](auto& options) { options.host = ""; });
  refuses([](auto& options) { options.host = "no..name"; });
  refuses([](auto& options) { options.port = -1; });
  refuses([](auto& options) { options.port = 65536; });
  refuses([](auto& options) { options.limits.connections = 0; });
  refuses([](auto& options) { options.limits.workers = 0; });
  refuses([](auto& options) { options.limits.parameters = 0; });
  refuses([](auto& options) { options.limits.header_octets = 0; });
  refuses([](auto& options) { options.limits.patience = 0ms; });
}

// ---- who may ask ----

TEST_CASE("http server: a Host other than loopback's names with the port is refused, for the public parts too") {
  const Served served;
  const std::string port = ':' + std::to_string(served.port);
  const auto status = [&](const std::string& lines) {
    const Received page = served.ask("GET / HTTP/1.1\r\n" + lines + "\r\n");
    const Received data = served.ask("GET /x HTTP/1.1\r\nX-Equivec-Token: " + served.token + "\r\n" + lines + "\r\n");
    CHECK(page.status == data.status);
    return data.status;
  };
  for (const std::string host : {"localhost", "127.0.0.1", "[::1]", "LocalHost"})
    CHECK(status("Host: " + host + port + "\r\n") == 200);
  for (const std::string host :
       {"evil.example", "127.0.0.2", "localhost.", "localhost.evil.example", "::1", "", "0.0.0.0", "user@localhost"})
    CHECK(status("Host: " + host + port + "\r\n") == 403);
  CHECK(status("Host: localhost\r\n") == 403);
  CHECK(status("Host: localhost:1\r\n") == 403);
  CHECK(status("Host: localhost" + port + "0\r\n") == 403);
  CHECK(status("") == 403);
  const std::string right = "Host: localhost" + port + "\r\n";
  CHECK(status(right + right) == 403);
  CHECK(status(right + "Host: evil.example\r\n") == 403);
  CHECK(status("Host: evil.example\r\nX-Forwarded-Host: localhost" + port + "\r\n") == 403);
}

TEST_CASE("http server: without the token only the public parts are served, and nothing tells which paths exist") {
  std::atomic<int> asked = 0;
  const Served served([&](const HttpRequest& request, Progress& progress) {
    ++asked;
    return echo(request, progress);
  });
  CHECK(served.ask(served.without_token("/")).body == "<p>page");
  CHECK(served.ask(served.without_token("/page.js")).body == "1");
  std::string last = served.token;
  last.back() = last.back() == '0' ? '1' : '0';
  const std::string upper = repeated("A", 32);
  for (const std::string& wrong :
       {std::string(), last, served.token + "0", served.token.substr(1), upper, std::string("x")}) {
    const Received received = served.ask(served.without_token("/x", "X-Equivec-Token: " + wrong + "\r\n"));
    CHECK(received.status == 403);
    CHECK_THAT(received.body, ContainsSubstring("{\"error\":"));
  }
  CHECK(served.ask(served.without_token("/x")).status == 403);
  CHECK(served.ask(served.without_token("/x?token=" + served.token)).status == 403);
  CHECK(served.ask(served.without_token("/page.js/")).status == 403);
  CHECK(served.ask(served.without_token("//")).status == 403);
  CHECK(served.ask(served.request("/x", "X-Equivec-Token: " + served.token + "\r\n")).status == 403);  // twice
  CHECK(asked == 0);
  CHECK(served.ask(served.request("/x")).status == 200);
  CHECK(asked == 1);
}

TEST_CASE("http server: what another site makes a browser ask is refused, but a link to the page may be followed") {
  HttpServerOptions options;
  options.framed = GENERATE(false, true);
  const Served served(echo, options);
  const auto status = [&](const std::string& target, const std::string& site, const std::string& mode,
                          const std::string& shown_in) {
    return served
        .ask(served.request(target, "Sec-Fetch-Site: " + site + "\r\nSec-Fetch-Mode: " + mode +
                                        "\r\nSec-Fetch-Dest: " + shown_in + "\r\n"))
        .status;
  };
  for (const std::string target : {"/", "/x"}) {
    CHECK(status(target, "same-origin", "cors", "empty") == 200);
    CHECK(status(target, "none", "navigate", "document") == 200);
  }
  for (const std::string site : {"same-site", "cross-site", "elsewhere"}) {
    CHECK(status("/x", site, "cors", "empty") == 403);
    CHECK(status("/x", site, "navigate", "document") == 403);
    CHECK(status("/x", site, "navigate", "iframe") == 403);
    CHECK(status("/", site, "navigate", "document") == 200);
    CHECK(status("/", site, "navigate", "iframe") == (options.framed ? 200 : 403));
    CHECK(status("/", site, "navigate", "object") == 403);
    CHECK(status("/page.js", site, "no-cors", "script") == 403);
    CHECK(status("/", site, "no-cors", "document") == 403);
  }
}

TEST_CASE("http server: every answer has the headers that keep other pages out, refusals too") {
  HttpServerOptions options;
  options.framed = GENERATE(false, true);
  const Served served(echo, options);
  const std::string long_line = repeated("x", 9000);
  for (const std::string& octets :
       {served.request("/"), served.request("/x"), served.without_token("/x"), served.request("/x", "", "POST"),
        served.request("/%"), std::string("nonsense\r\n\r\n"), "GET /" + long_line + " HTTP/1.1\r\n\r\n",
        served.request("/x", "Content-Length: 3\r\n"), std::string("GET / HTTP/1.1\r\n\r\n")}) {
    const Received received = served.ask(octets);
    INFO(octets.substr(0, 60) << "\n" << received.headers);
    REQUIRE(received.status != 0);
    const std::string ancestors =
        options.framed ? "'self' http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*"
                       : "'self'";
    CHECK(received.header("Content-Security-Policy") ==
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors " +
              ancestors);
    CHECK(received.header("X-Frame-Options") == (options.framed ? "(none)" : "SAMEORIGIN"));
    CHECK(received.header("X-Content-Type-Options") == "nosniff");
    CHECK(received.header("Referrer-Policy") == "no-referrer");
    CHECK(received.header("Cross-Origin-Resource-Policy") == "same-origin");
    CHECK(received.header("Cross-Origin-Opener-Policy") == "same-origin");
    CHECK(received.header("Cache-Control") == "no-store");
    CHECK(received.headers.find("Access-Control") == std::string::npos);
    CHECK(received.header("Server") == "(none)");
    if (received.status == 200) continue;
    CHECK(received.header("Content-Type") == "application/json");
    CHECK(received.body.starts_with("{\"error\":\""));
    CHECK(received.body.find_first_of("\n\r") == std::string::npos);
  }
}

TEST_CASE("http server: the token is in no answer") {
  const Served served;
  for (const std::string& octets :
       {served.request("/"), served.request("/x"), served.without_token("/x"), served.request("/x", "", "PUT")}) {
    const Received received = served.ask(octets);
    CHECK((received.headers + received.body).find(served.token) == std::string::npos);
  }
}

// ---- what may be asked ----

TEST_CASE("http server: only GET and HEAD are answered") {
  const Served served;
  for (const std::string method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "SPY"}) {
    const Received received = served.ask(served.request("/x", "", method));
    INFO(method);
    CHECK(received.status == 405);
    CHECK(received.header("Allow") == "GET, HEAD");
  }
}

TEST_CASE("http server: HEAD has the headers of GET and no body") {
  const Served served;
  for (const std::string target : {"/", "/x?a=1"}) {
    Client client(served.port);
    const Received get = client.ask(served.request(target));
    const Received head = client.ask(served.request(target, "", "HEAD"));
    CHECK(head.status == 200);
    CHECK(head.headers == get.headers);
    CHECK(client.ask(served.request("/after")).body == "/after");  // no body came between
  }
  const Received missing = Client(served.port).ask("HEAD /x HTTP/1.1\r\nHost: " + served.host + "\r\n\r\n");
  CHECK(missing.status == 403);
}

TEST_CASE("http server: a request with a body is refused, and what follows it is not taken for a request") {
  std::atomic<int> asked = 0;
  const Served served([&](const HttpRequest& request, Progress& progress) {
    ++asked;
    return echo(request, progress);
  });
  const std::string smuggled = served.request("/smuggled");
  const std::pair<std::string, unsigned> cases[] = {
      {"Content-Length: " + std::to_string(smuggled.size()) + "\r\n", 413},
      {"Content-Length: 99999999999999999999\r\n", 400},
      {"Content-Length: -1\r\n", 400},
      {"Content-Length: 0\r\nContent-Length: 5\r\n", 400},
      {"Transfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: gzip\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", 400},
  };
  for (const auto& [header, status] : cases) {
    INFO(header);
    Client client(served.port);
    CHECK(client.ask(served.request("/x", header) + smuggled).status == status);
    CHECK(client.ended());
  }
  CHECK(asked == 0);
  CHECK(served.ask(served.request("/x", "Content-Length: 0\r\n")).status == 200);
}

TEST_CASE("http server: path and parameters arrive decoded, in order, whatever octets they are") {
  const Served served;
  const auto body = [&](const std::string& target) { return served.ask(served.request(target)).body; };
  CHECK(body("/x") == "/x");
  CHECK(body("/x?") == "/x");
  CHECK(body("/n%65ighbors?q=king%20-%20man+%2B+woman&k=10") == "/neighbors|q=king - man + woman|k=10");
  CHECK(body("/x?b=2&a=1&b=3&&c&=d&e==f") == "/x|b=2|a=1|b=3|c=|=d|e==f");
  CHECK(body("/x?a%26b=%3D%26") == "/x|a&b==&");
  CHECK(body("/x?q=%ff%fe%00%C3%A9") == std::string("/x|q=\xff\xfe\0\xc3\xa9", 10));
  CHECK(body("/a+b?q=?/") == "/a+b|q=?/");
  CHECK(body("/../x/./y") == "/../x/./y");  // no meaning: paths are names
}

TEST_CASE("http request: parameters are found by name") {
  const HttpRequest request{"/find", {{"word", "king"}, {"k", "3"}, {"word", "queen"}}};
  CHECK(request.parameter("word") == "king");
  CHECK(request.parameter("k") == "3");
  CHECK_FALSE(request.parameter("wor"));
  CHECK(request.all("word") == std::vector<std::string>{"king", "queen"});
  CHECK(request.all("q").empty());
}

TEST_CASE("http server: targets that are no path, wrong percent signs and too many parameters are refused") {
  const Served served;
  const auto status = [&](const std::string& target) { return served.ask(served.request(target)).status; };
  for (const std::string target : {"/%", "/%4", "/%zz", "/%-1", "/x?q=%", "/x?q=%4", "/x?%0x=1", "/x?q=% 1", "*", "x",
                                   "?q=1", "/x#y", "http://127.0.0.1/x", "127.0.0.1:80"}) {
    INFO(target);
    CHECK(status(target) == 400);
  }
  CHECK(status("/x?" + repeated("a=1&", 64)) == 200);
  CHECK(status("/x?" + repeated("a=1&", 65)) == 400);
}

TEST_CASE("http server: what is no HTTP/1.x request is answered 400 or not at all, and the server lives") {
  const Served served;
  for (const std::string& octets :
       {std::string("nonsense\r\n\r\n"), std::string("\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        std::string("GET /\r\n\r\n"), std::string("GET / HTTP/1.1\r\nHost x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n: x\r\n\r\n"), std::string("GET / HTTP/1.1\nHost: x\n\n"),
        std::string("GET /\0 HTTP/1.1\r\n\r\n", 19), std::string(5000, '\0'), repeated("\xff", 3000) + "\r\n\r\n"}) {
    Client client(served.port);
    client.send(octets);
    const Received received = client.answer();
    CHECK((received.status == 400 || received.status == 0));
    CHECK(client.ended());
  }
  CHECK(served.answers());
}

// ---- connections ----

TEST_CASE("http server: a connection is used again, and requests sent at once are answered in order") {
  const Served served;
  Client client(served.port);
  for (int i = 0; i < 3; ++i) CHECK(client.ask(served.request("/x")).status == 200);
  std::string octets;
  for (int i = 0; i < 200; ++i) octets += served.request("/x?i=" + std::to_string(i));
  std::thread sender([&] { client.send(octets); });
  for (int i = 0; i < 200; ++i) REQUIRE(client.answer().body == "/x|i=" + std::to_string(i));
  sender.join();
}

TEST_CASE("http server: a client that wants the connection closed, or speaks HTTP/1.0, gets that") {
  const Served served;
  Client closing(served.port);
  CHECK(closing.ask(served.request("/x", "Connection: close\r\n")).header("Connection") == "close");
  CHECK(closing.ended());
  Client old(served.port);
  CHECK(old.ask("GET / HTTP/1.0\r\nHost: " + served.host + "\r\n\r\n").status == 200);
  CHECK(old.ended());
}

TEST_CASE("http server: a request may come in single octets") {
  const Served served;
  Client client(served.port);
  for (const char c : served.request("/x?a=1")) {
    client.send({&c, 1});
    std::this_thread::sleep_for(100us);
  }
  CHECK(client.answer().body == "/x|a=1");
}

TEST_CASE("http server: headers beyond the limit are refused, also a megabyte of them") {
  const Served served;
  CHECK(served.ask(served.request("/x", "A: " + repeated("x", 7000) + "\r\n")).status == 200);
  CHECK(served.ask(served.request("/x", "A: " + repeated("x", 8200) + "\r\n")).status == 431);
  CHECK(served.ask(served.request("/x?q=" + repeated("x", 9000))).status == 431);
  CHECK(served.ask(served.request("/x", repeated("A: b\r\n", 170000))).status == 431);
  CHECK(served.ask("GET / HTTP/1.1\r\nA: " + repeated("x", 1 << 20)).status == 431);
  Client client(served.port);
  CHECK(client.send("GET / HTTP/1.1\r\nA: " + repeated("x", 10 << 20)));  // is not cut off while it sends
  CHECK(client.answer().status == 431);
  CHECK(served.answers());
}

TEST_CASE("http server: a request that does not arrive in time, or no next request, ends the connection") {
  const Served served(echo, with(patient(200ms)));
  for (const std::string& begun :
       {std::string(), std::string("G"), served.request("/x").substr(0, 60), std::string("GET / HTTP/1.1\r\n")}) {
    Client client(served.port);
    client.send(begun);
    const auto start = Clock::now();
    CHECK(client.ended());
    CHECK(Clock::now() - start > 100ms);
  }
  Client kept(served.port);
  CHECK(kept.ask(served.request("/x")).status == 200);
  CHECK(kept.ended());
  CHECK(served.answers());
}

TEST_CASE("http server: a request that trickles in is not given more time with each octet") {
  const Served served(echo, with(patient(300ms)));
  Client client(served.port);
  const auto start = Clock::now();
  while (client.send("G") && Clock::now() - start < 10s) std::this_thread::sleep_for(20ms);
  CHECK(Clock::now() - start < 5s);
}

TEST_CASE("http server: connections beyond the limit get 503, and those that were there go on") {
  HttpLimits limits;
  limits.connections = 4;
  const Served served(echo, with(limits));
  std::list<Client> first;
  for (int i = 0; i < 4; ++i) {
    first.emplace_back(served.port);
    REQUIRE(first.back().ask(served.request("/x")).status == 200);
  }
  for (int i = 0; i < 20; ++i) {
    Client more(served.port);
    const Received received = more.answer();
    CHECK((received.status == 503 || (i >= 4 && received.status == 0)));
    CHECK(more.ended());
    for (Client& client : first) CHECK(client.ask(served.request("/x")).status == 200);
  }
  first.pop_back();
  CHECK(soon([&] { return served.answers(); }));
}

TEST_CASE("http server: five hundred connections at once are survived") {
  const Served served;
  Client before(served.port);
  CHECK(before.ask(served.request("/x")).status == 200);
  {
    std::list<Client> crowd;
    for (int i = 0; i < 500; ++i) {
      crowd.emplace_back(served.port);
      crowd.back().send(i % 2 == 0 ? "GET / HT" : served.request("/x"));
    }
    CHECK(before.ask(served.request("/x")).status == 200);
  }
  CHECK(before.ask(served.request("/x")).status == 200);
  CHECK(soon([&] { return served.answers(); }));
}

TEST_CASE("http server: requests beyond those in work and waiting get 503, and the rest are answered") {
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  HttpLimits limits;
  limits.workers = 2;
  limits.waiting = 1;
  std::atomic<int> asked = 0;
  const Served served(
      [&](const HttpRequest& request, Progress& progress) {
        ++asked;
        opened.wait();
        return echo(request, progress);
      },
      with(limits));
  std::list<Client> clients;
  for (int i = 0; i < 3; ++i) clients.emplace_back(served.port).send(served.request("/slow"));
  REQUIRE(soon([&] { return asked == 2; }));
  std::this_thread::sleep_for(50ms);  // the third waits by now
  Client more(served.port);
  CHECK(more.ask(served.without_token("/")).status == 200);  // needs no worker
  CHECK(more.ask(served.request("/x")).status == 503);
  gate.set_value();
  for (Client& client : clients) CHECK(client.answer().body == "/slow");
  CHECK(more.ask(served.request("/x")).status == 200);
}

// ---- answers ----

TEST_CASE("http server: an answer has its status, type and octets as given") {
  std::string octets;
  for (int i = 0; i < 100000; ++i) octets += static_cast<char>(i * 7 % 256);
  const auto body = std::make_shared<const std::string>(octets);
  const Served served([&](const HttpRequest& request, Progress&) {
    if (request.path == "/missing") return http_error(404, "there is no \"such\" thing \xff");
    if (request.path == "/empty") return HttpAnswer{200, "text/plain", nullptr};
    return HttpAnswer{200, "application/octet-stream", body};
  });
  const Received got = served.ask(served.request("/octets"));
  CHECK(got.status == 200);
  CHECK(got.header("Content-Type") == "application/octet-stream");
  CHECK(got.header("Content-Length") == "100000");
  CHECK(got.body == octets);
  Client client(served.port);
  const Received missing = client.ask(served.request("/missing"));
  CHECK(missing.status == 404);
  CHECK(missing.body == "{\"error\":\"there is no \\\"such\\\" thing \xef\xbf\xbd\"}");
  CHECK(client.ask(served.request("/empty")).header("Content-Length") == "0");
  CHECK(client.ask(served.request("/empty")).status == 200);
}

TEST_CASE("http server: what the handler throws becomes an answer, and the connection goes on") {
  const Served served([](const HttpRequest& request, Progress&) -> HttpAnswer {
    if (request.path == "/option") throw OptionError("k must be at least 1, got 0");
    if (request.path == "/word") throw UnknownWord("'qeen' is not in the vocabulary");
    if (request.path == "/cancelled") throw Cancelled();
    if (request.path == "/secret") throw std::runtime_error("/home/somebody/secret");
    throw 7;
  });
  Client client(served.port);
  const std::pair<std::string, std::pair<unsigned, std::string>> cases[] = {
      {"/option", {400, "{\"error\":\"k must be at least 1, got 0\"}"}},
      {"/word", {400, "{\"error\":\"'qeen' is not in the vocabulary\"}"}},
      {"/cancelled", {503, "{\"error\":\"interrupted\"}"}},
      {"/secret", {500, "{\"error\":\"the program failed to answer this\"}"}},
      {"/number", {500, "{\"error\":\"the program failed to answer this\"}"}},
  };
  for (const auto& [target, expected] : cases) {
    const Received received = client.ask(served.request(target));
    CHECK(received.status == expected.first);
    CHECK(received.body == expected.second);
  }
}

TEST_CASE("http server: a large body is sent from where it stands, to several clients at once") {
  const auto body = std::make_shared<const std::string>(12'000'000, 'b');
  const Served served([&](const HttpRequest&, Progress&) { return HttpAnswer{200, "application/octet-stream", body}; });
  std::list<Client> clients;
  for (int i = 0; i < 8; ++i) clients.emplace_back(served.port).send(served.request("/x"));
  CHECK(soon([&] { return body.use_count() >= 9; }));  // the same string in all of them
  for (Client& client : clients) CHECK(client.answer().body == *body);
  CHECK(soon([&] { return body.use_count() == 1; }));
}

TEST_CASE("http server: a slow reader gets all of a large answer, one that stops reading is dropped") {
  const auto body = std::make_shared<const std::string>(10'000'000, 'b');
  const Served served(
      [&](const HttpRequest&, Progress&) {
        return HttpAnswer{200, "application/octet-stream", body};
      },
      with(patient(500ms)));
  Client slow(served.port, "127.0.0.1", 65536);
  Client stopped(served.port, "127.0.0.1", 65536);
  slow.send(served.request("/x"));
  stopped.send(served.request("/x"));
  const auto start = Clock::now();
  std::size_t received = 0;
  while (received < body->size()) {
    const std::string next = slow.receive(100'000);
    if (next.empty()) break;
    received += next.size();
    std::this_thread::sleep_for(10ms);
  }
  CHECK(received >= body->size());
  CHECK(Clock::now() - start > 1s);  // longer than the patience
  std::size_t stopped_at = 0;
  for (std::string next = stopped.receive(); !next.empty(); next = stopped.receive()) stopped_at += next.size();
  CHECK(stopped_at < body->size());
  CHECK(served.ask(served.request("/x")).status == 200);
}

TEST_CASE("http server: a client that leaves in the middle of an answer costs nothing") {
  const auto body = std::make_shared<const std::string>(12'000'000, 'b');
  const Served served([&](const HttpRequest&, Progress&) { return HttpAnswer{200, "application/octet-stream", body}; });
  for (int i = 0; i < 100; ++i) {
    Client client(served.port);
    client.send(served.request("/x"));
    if (i % 2 == 0) client.receive(1000);
  }
  CHECK(soon([&] { return body.use_count() == 1; }));
  CHECK(served.ask(served.request("/x")).body.size() == body->size());
}

TEST_CASE("http server: the work for a client that has left is cancelled, also while it waits for a worker") {
  HttpLimits limits;
  limits.workers = 1;
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  const Served served(
      [&](const HttpRequest& request, Progress& progress) -> HttpAnswer {
        if (request.path == "/alive") return echo(request, progress);
        ++begun;
        try {
          return work_on(request, progress);
        } catch (...) {
          ++ended;
          throw;
        }
      },
      with(limits));
  auto first = std::make_unique<Client>(served.port);
  first->send(served.request("/long"));
  REQUIRE(soon([&] { return begun == 1; }));
  {
    Client waiting(served.port);
    waiting.send(served.request("/waiting"));
  }
  std::this_thread::sleep_for(50ms);
  CHECK(ended == 0);
  first.reset();
  CHECK(served.answers());
  CHECK(begun == 1);
  CHECK(ended == 1);
}

TEST_CASE("http server: a client that sends its next request meanwhile has not left") {
  std::atomic<bool> go = false;
  const Served served([&](const HttpRequest& request, Progress& progress) {
    while (request.path == "/first" && !go) {
      check_cancelled(&progress);
      std::this_thread::sleep_for(1ms);
    }
    return echo(request, progress);
  });
  Client client(served.port);
  client.send(served.request("/first"));
  std::this_thread::sleep_for(50ms);
  client.send(served.request("/second"));
  std::this_thread::sleep_for(50ms);
  go = true;
  CHECK(client.answer().body == "/first");
  CHECK(client.answer().body == "/second");
}

// ---- the end ----

TEST_CASE("http server: it stops at once with connections of every kind open") {
  const auto body = std::make_shared<const std::string>(12'000'000, 'b');
  HttpLimits limits;
  limits.workers = 2;
  auto served = std::make_unique<Served>(
      [&](const HttpRequest& request, Progress& progress) {
        if (request.path == "/large") return HttpAnswer{200, "text/plain", body};
        return work_on(request, progress);
      },
      with(limits));
  std::list<Client> clients;
  clients.emplace_back(served->port);
  clients.emplace_back(served->port).send("GET / HT");
  clients.emplace_back(served->port).ask(served->without_token("/"));
  clients.emplace_back(served->port).send(served->request("/large"));
  clients.emplace_back(served->port).ask("nonsense\r\n\r\n");
  for (int i = 0; i < 6; ++i) clients.emplace_back(served->port).send(served->request("/long"));
  std::this_thread::sleep_for(50ms);
  const auto start = Clock::now();
  served.reset();
  CHECK(Clock::now() - start < 2s);
  CHECK(body.use_count() == 1);
  for (Client& client : clients)
    for (std::string next = client.receive(); !next.empty();) next = client.receive();
}

TEST_CASE("http server: it can begin and end under fire") {
  for (int i = 0; i < 20; ++i) {
    auto served = std::make_unique<Served>();
    std::vector<std::thread> clients;
    for (int k = 0; k < 3; ++k)
      clients.emplace_back([port = served->port, request = served->request("/x")] {
        for (int n = 0; n < 50; ++n) Client(port).ask(request);
      });
    std::this_thread::sleep_for(std::chrono::milliseconds(i));
    served.reset();
    for (std::thread& client : clients) client.join();
  }
}

TEST_CASE("http server: many clients of several threads get each their own answer") {
  const Served served;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      Client client(served.port);
      for (int i = 0; i < 200; ++i) {
        const std::string target = "/x?t=" + std::to_string(t) + "&i=" + std::to_string(i);
        const std::string expected = "/x|t=" + std::to_string(t) + "|i=" + std::to_string(i);
        if (client.ask(served.request(target)).body != expected) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE(
    "http server: its threads leave the signals that end the program to others, but take those of their own faults") {
  const Served served([](const HttpRequest&, Progress&) {
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    std::string result;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGBUS, SIGSEGV})
      result += sigismember(&blocked, signal) == 1 ? "blocked " : "taken ";
    return http_answer("text/plain", result);
  });
  CHECK(served.ask(served.request("/x")).body == "blocked blocked blocked taken taken ");
}
