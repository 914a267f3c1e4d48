using System.Net;
using System.Net.Sockets;
using System.Text;
using RedisTagCache.Samples;

namespace RedisTagCache.EmbeddedServer;

/// <summary>
/// Runs what the tests use once on another server of this process, so that it is compiled when they come. A fresh server otherwise takes more than
/// half a second for its first script if the machine is busy, which is the whole timeout of many tests. The server of the tests sees nothing of it.
/// </summary>
internal static class Warmup
{
    private const string Channel = "warmup";
    private const string Message = "a message";
    private const string End = "the end";

    private const string Script = """
        redis.call('SET', KEYS[1], ARGV[1])
        redis.call('SET', KEYS[1], ARGV[1], 'PX', 10000)
        redis.call('GET', KEYS[1])
        redis.call('GETRANGE', KEYS[1], 0, 3)
        redis.call('PEXPIRE', KEYS[1], 1000)
        redis.call('PTTL', KEYS[1])
        redis.call('TIME')
        redis.call('ZADD', KEYS[2], 1, 'a')
        redis.call('ZADD', KEYS[2], 'GT', 2, 'a')
        redis.call('ZSCORE', KEYS[2], 'a')
        redis.call('ZCARD', KEYS[2])
        redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
        redis.call('ZRANGEBYSCORE', KEYS[2], '(1', '+inf', 'WITHSCORES', 'LIMIT', 0, 10)
        redis.call('ZREM', KEYS[2], 'a')
        redis.call('HSET', KEYS[3], 'a', 'b')
        redis.call('HGET', KEYS[3], 'a')
        redis.call('HMGET', KEYS[3], 'a', 'b')
        redis.call('DEL', KEYS[1])
        redis.call('UNLINK', KEYS[3])
        redis.call('PUBLISH', 'warmup', 'a message')
        redis.pcall('INFO', 'replication')
        return {string.match('1:a', '^(%d+):(.+)$'), '', 1}
        """;

    private static readonly string[][] _commands =
    [
        ["HELLO", "3"],
        ["CLIENT", "SETNAME", "warmup"],
        ["CLIENT", "SETINFO", "lib-name", "warmup"],
        ["CLIENT", "ID"],
        ["CONFIG", "GET", "timeout"],
        ["INFO", "replication"],
        ["INFO", "server"],
        ["CLUSTER", "NODES"],
        ["SENTINEL", "MASTERS"],
        ["GET", "tie"],
        ["SCRIPT", "LOAD", Script],
        ["EVALSHA", "0000000000000000000000000000000000000000", "0"],
        ["EVAL", Script, "3", "k", "z", "h", "v"],
        ["EVAL", Script, "3", "k", "z", "h", "v"],
        ["MGET", "k", "z"],
        ["SET", "k", "v"],
        ["DEL", "k"],
        ["SCAN", "0", "MATCH", "*", "COUNT", "10"],
        ["ECHO", End],
    ];

    public static void Run()
    {
        using var server = EmbeddedRedis.Start(TestServer.Options);
        var address = IPEndPoint.Parse(server.ConnectionString);
        using var listener = Send(address, [["HELLO", "3"], ["SUBSCRIBE", Channel]]);
        ReadUntil(listener, Channel);
        using var client = Send(address, _commands);
        ReadUntil(client, End);
        ReadUntil(listener, Message);
    }

    private static TcpClient Send(IPEndPoint address, string[][] commands)
    {
        var client = new TcpClient { ReceiveTimeout = 30_000 };
        client.Connect(address);
        client.GetStream().Write(Encoding.ASCII.GetBytes(string.Concat(commands.Select(Request))));
        return client;
    }

    private static void ReadUntil(TcpClient client, string expected)
    {
        var told = new StringBuilder();
        var buffer = new byte[4096];
        while (!told.ToString().Contains(expected, StringComparison.Ordinal))
        {
            var read = client.GetStream().Read(buffer);
            if (read == 0)
                throw new InvalidOperationException("The warmup ended early: " + told);
            told.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
    }

    private static string Request(string[] command) => $"*{command.Length}\r\n" + string.Concat(command.Select(static part => $"${part.Length}\r\n{part}\r\n"));
}
