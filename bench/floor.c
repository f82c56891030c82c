/*
 * The floor that weft is measured against: the kernel's own work for N namespaces and L links, issued by one process without any
 * program in between. Prints one JSON object, times in milliseconds.
 *
 *   floor N L [exec PROGRAM] [router]   makes it all, then takes it away; with `exec` one process in each namespace, with `router` also
 *                                       a default route and forwarding in each
 *   floor settle                        waits until the kernel has cleaned up every namespace that was given up before
 *
 * "down" ends when the kernel's own clean-up is through, not when close() returns. One kernel thread cleans up, everything that was given
 * up until it begins at once, and then what was given up meanwhile. So one more namespace is given up last, which holds one end of a veth
 * pair; when the other end vanishes, the interfaces of all that came before are gone. After the same once more, the namespaces are, too.
 * Run it in a network namespace of its own, as `unshare --net floor ...`.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct {
  struct nlmsghdr header;
  char body[1024];
} message;
static unsigned sequence;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void begin(int type, int flags, const void *family, int length) {
  memset(&message, 0, sizeof message);
  message.header.nlmsg_type = type;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  message.header.nlmsg_len = NLMSG_LENGTH(length);
  memcpy(NLMSG_DATA(&message.header), family, length);
}

static struct rtattr *add(int type, const void *value, int length) {
  struct rtattr *attribute = (void *)((char *)&message + NLMSG_ALIGN(message.header.nlmsg_len));
  attribute->rta_type = type;
  attribute->rta_len = RTA_LENGTH(length);
  if (length) memcpy(RTA_DATA(attribute), value, length);
  message.header.nlmsg_len = NLMSG_ALIGN(message.header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
  return attribute;
}

static void end(struct rtattr *nest) {
  nest->rta_len = (char *)&message + message.header.nlmsg_len - (char *)nest;
}

/* Sends the message and waits for its acknowledgement; the interface's index if the answer has one, -errno if the kernel refuses. */
static int talk(int fd) {
  static char answer[65536];
  int index = 0;
  message.header.nlmsg_seq = ++sequence;
  if (send(fd, &message, message.header.nlmsg_len, 0) < 0) fail("send");
  for (;;) {
    int length = recv(fd, answer, sizeof answer, 0);
    if (length < 0) fail("recv");
    for (struct nlmsghdr *part = (void *)answer; NLMSG_OK(part, length); part = NLMSG_NEXT(part, length)) {
      if (part->nlmsg_seq != sequence) continue;
      if (part->nlmsg_type == NLMSG_ERROR) {
        int error = ((struct nlmsgerr *)NLMSG_DATA(part))->error;
        return error ? error : index;
      }
      if (part->nlmsg_type == RTM_NEWLINK) index = ((struct ifinfomsg *)NLMSG_DATA(part))->ifi_index;
    }
  }
}

static int ask(int fd, const char *what) {
  int answer = talk(fd);
  if (answer >= 0) return answer;
  errno = -answer;
  fail(what);
  return 0;
}

static int netlink(void) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) fail("socket");
  return fd;
}

static int newNamespace(void) {
  if (unshare(CLONE_NEWNET)) fail("unshare");
  int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("open namespace");
  return fd;
}

static void up(int fd, const char *name) {
  struct ifinfomsg link = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  begin(RTM_NEWLINK, 0, &link, sizeof link);
  add(IFLA_IFNAME, name, strlen(name) + 1);
  ask(fd, "up");
}

static int indexOf(int fd, const char *name) {
  struct ifinfomsg link = {0};
  begin(RTM_GETLINK, 0, &link, sizeof link);
  add(IFLA_IFNAME, name, strlen(name) + 1);
  return talk(fd);
}

/* One end in the socket's namespace, up; the other in `peerNetns`, down: the kernel refuses IFF_UP there. */
static void veth(int fd, const char *name, const char *peer, int peerNetns) {
  struct ifinfomsg link = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP}, other = {0};
  begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  add(IFLA_IFNAME, name, strlen(name) + 1);
  struct rtattr *info = add(IFLA_LINKINFO, 0, 0);
  add(IFLA_INFO_KIND, "veth", 4);
  struct rtattr *data = add(IFLA_INFO_DATA, 0, 0);
  struct rtattr *inner = add(VETH_INFO_PEER, &other, sizeof other);
  add(IFLA_IFNAME, peer, strlen(peer) + 1);
  add(IFLA_NET_NS_FD, &peerNetns, 4);
  end(inner);
  end(data);
  end(info);
  ask(fd, "veth");
}

static void address(int fd, const char *name, unsigned ip) {
  struct ifaddrmsg header = {.ifa_family = AF_INET, .ifa_prefixlen = 30};
  header.ifa_index = indexOf(fd, name);
  ip = htonl(ip);
  begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &header, sizeof header);
  add(IFA_LOCAL, &ip, 4);
  add(IFA_ADDRESS, &ip, 4);
  ask(fd, "address");
}

static void defaultRoute(int fd, unsigned gateway) {
  struct rtmsg route = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST};
  gateway = htonl(gateway);
  begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &route, sizeof route);
  add(RTA_GATEWAY, &gateway, 4);
  ask(fd, "route");
}

static void forward(int netns) {
  if (setns(netns, CLONE_NEWNET)) fail("setns");
  int fd = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY);
  if (fd < 0 || write(fd, "1", 1) != 1) fail("ip_forward");
  close(fd);
}

static pid_t processIn(int netns, char *program) {
  extern char **environ;
  char *argv[] = {program, "1000000", NULL};
  pid_t pid;
  if (setns(netns, CLONE_NEWNET)) fail("setns");
  if (posix_spawn(&pid, program, NULL, NULL, argv, environ)) fail(program);
  return pid;
}

static void barrier(int home, int homeSocket) {
  int last = newNamespace();
  int socket = netlink();
  veth(socket, "last", "last", home);
  close(socket);
  if (setns(home, CLONE_NEWNET)) fail("setns");
  close(last);
  while (indexOf(homeSocket, "last") > 0) usleep(1000);
}

static double settle(int home, int homeSocket) {
  double start = now();
  barrier(home, homeSocket);
  barrier(home, homeSocket);
  return now() - start;
}

/* The pseudo-random graph is a ring first, so that every node has a link. */
static unsigned other(unsigned link, unsigned nodes) {
  static unsigned state = 12345;
  unsigned a = link % nodes, b = (a + 1) % nodes;
  while (link >= nodes && (state = state * 1103515245 + 12345, b = (state >> 8) % nodes) == a);
  return b;
}

int main(int count, char **words) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), homeSocket = netlink();

  if (count == 2 && !strcmp(words[1], "settle")) {
    printf("{\"settle\":%.1f}\n", settle(home, homeSocket));
    return 0;
  }
  if (count < 3) return fprintf(stderr, "usage: floor NODES LINKS [exec PROGRAM] [router] | floor settle\n"), 2;
  unsigned nodes = atoi(words[1]), links = atoi(words[2]);
  int withProcess = count > 4 && !strcmp(words[3], "exec"), router = !strcmp(words[count - 1], "router");
  int *netns = calloc(nodes, sizeof *netns), *sockets = calloc(nodes, sizeof *sockets);
  unsigned *heads = calloc(links, sizeof *heads), *gateways = calloc(nodes, sizeof *gateways);
  pid_t *processes = calloc(nodes, sizeof *processes);
  char tail[16], head[16];

  double t0 = now();
  for (unsigned node = 0; node < nodes; node++) netns[node] = newNamespace(), sockets[node] = netlink();
  double t1 = now();
  for (unsigned link = 0; link < links; link++) {
    unsigned a = link % nodes, b = heads[link] = other(link, nodes);
    snprintf(tail, sizeof tail, "t%u", link), snprintf(head, sizeof head, "h%u", link);
    veth(sockets[a], tail, head, netns[b]);
    up(sockets[b], head);
  }
  double t2 = now();
  for (unsigned link = 0; link < links; link++) {
    unsigned a = link % nodes, b = heads[link], subnet = 0x0a000000 + link * 4;
    snprintf(tail, sizeof tail, "t%u", link), snprintf(head, sizeof head, "h%u", link);
    address(sockets[a], tail, subnet + 1), address(sockets[b], head, subnet + 2);
    gateways[a] = subnet + 2;
  }
  double t3 = now();
  for (unsigned node = 0; node < nodes; node++) up(sockets[node], "lo");
  double t4 = now();
  for (unsigned node = 0; router && node < nodes; node++)
    if (gateways[node]) defaultRoute(sockets[node], gateways[node]);
  double t5 = now();
  for (unsigned node = 0; router && node < nodes; node++) forward(netns[node]);
  double t6 = now();
  for (unsigned node = 0; withProcess && node < nodes; node++) processes[node] = processIn(netns[node], words[4]);
  double t7 = now();

  if (setns(home, CLONE_NEWNET)) fail("setns");
  settle(home, homeSocket);
  double t8 = now();
  for (unsigned node = 0; withProcess && node < nodes; node++) kill(processes[node], SIGKILL);
  for (unsigned node = 0; withProcess && node < nodes; node++) waitpid(processes[node], NULL, 0);
  for (unsigned node = 0; node < nodes; node++) close(sockets[node]), close(netns[node]);
  settle(home, homeSocket);
  double t9 = now();

  printf("{\"nodes\":%u,\"links\":%u,\"namespaces\":%.1f,\"veth\":%.1f,\"addresses\":%.1f,\"loopback\":%.1f,\"routes\":%.1f,"
         "\"forwarding\":%.1f,\"processes\":%.1f,\"up\":%.1f,\"down\":%.1f}\n",
         nodes, links, t1 - t0, t2 - t1, t3 - t2, t4 - t3, t5 - t4, t6 - t5, t7 - t6, t7 - t0, t9 - t8);
  return 0;
}
