using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RedisTagCache.Tests.Scripts;

/// <summary>Speaks just enough of Redis' protocol that the client takes it for a primary. What it answers to scripts and reads, a test says.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private static readonly Dictionary<string, string> _names =
        ScriptFiles.Types.Select(ScriptFiles.Script).DistinctBy(script => script.Name).ToDictionary(script => Convert.ToHexStringLower(script.Hash), script => script.Name);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string[], string?> _answer;
    private readonly ConcurrentDictionary<NetworkStream, byte> _subscribers = new();
    private readonly ConcurrentQueue<string[]> _asked = new();

    /// <param name="answer">For a command and its arguments, of a script its name and its keys and arguments, what is sent; nothing for what is usual.</param>
    public ScriptedServer(Func<string[], string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public string ConnectionString => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port},tiebreaker=,configChannel=";

    /// <summary>All that scripts, reads and subscriptions have asked so far.</summary>
    public string[][] Asked => [.. _asked];

    public IEnumerable<string[]> AskedOf(string command) => _asked.Where(words => words[0] == command);

    public static string Bulk(string text) => string.Create(CultureInfo.InvariantCulture, $"${text.Length}\r\n{text}\r\n");

    public static string List(params string[] parts) => string.Create(CultureInfo.InvariantCulture, $"*{parts.Length}\r\n{string.Concat(parts)}");

    public static string Texts(params string[] parts) => List([.. parts.Select(Bulk)]);

    public async Task PublishAsync(string channel, string message)
    {
        foreach (var subscriber in _subscribers.Keys)
            await subscriber.WriteAsync(Encoding.Latin1.GetBytes(Texts("message", channel, message)));
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException or InvalidOperationException)
        {
            // disposed
        }
    }

    private Task Serve(TcpClient client) => Task.Factory.StartNew(
        () =>
        {
            using var connection = client;
            using var stream = client.GetStream();
            try
            {
                while (Read(stream) is { } words)
                    stream.Write(Encoding.Latin1.GetBytes(Answer(words, stream)));
            }
            catch (IOException)
            {
                // the client has left
            }

            _subscribers.TryRemove(stream, out _);
        },
        TaskCreationOptions.LongRunning);

    private static string[]? Read(NetworkStream stream)
    {
        if (Line(stream) is not ['*', .. var count])
            return null;
        var words = new string[int.Parse(count, CultureInfo.InvariantCulture)];
        for (var i = 0; i < words.Length; i++)
        {
            var bytes = new byte[int.Parse(Line(stream)![1..], CultureInfo.InvariantCulture)];
            stream.ReadExactly(bytes);
            Line(stream);
            words[i] = Encoding.Latin1.GetString(bytes);
        }

        return words;
    }

    private static string? Line(NetworkStream stream)
    {
        var line = new StringBuilder();
        for (var next = stream.ReadByte(); next != '\n'; next = stream.ReadByte())
        {
            if (next < 0)
                return null;
            line.Append((char)next);
        }

        return line.ToString().TrimEnd('\r');
    }

    private string Answer(string[] words, NetworkStream stream)
    {
        words[0] = words[0].ToUpperInvariant();
        var isScript = words[0] == "EVALSHA";
        if (isScript)
            words = [_names[words[1].ToLowerInvariant()], .. words[3..]];
        if (isScript || words[0] is "GET" or "MGET" or "ZSCORE" or "SUBSCRIBE" or "UNSUBSCRIBE")
            _asked.Enqueue(words);
        if (words[0] == "SUBSCRIBE")
            _subscribers[stream] = 0;
        return _answer(words) ?? words[0] switch
        {
            "ECHO" => Bulk(words[1]),
            "PING" => "+PONG\r\n",
            "CLIENT" or "SELECT" or "SET" => "+OK\r\n",
            "SETNX" => ":1\r\n",
            "SUBSCRIBE" or "UNSUBSCRIBE" => List(Bulk(words[0].ToLowerInvariant()), Bulk(words[1]), ":1\r\n"),
            "GET" or "ZSCORE" => "$-1\r\n",
            "MGET" => Many(words[1..]),
            _ => "-ERR unknown command\r\n",
        };
    }

    /// <summary>What a read of each would be answered; an error of one is one of all.</summary>
    private string Many(string[] keys)
    {
        string[] answers = [.. keys.Select(key => _answer(["GET", key]) ?? "$-1\r\n")];
        return Array.Find(answers, static answer => answer.StartsWith('-')) ?? List(answers);
    }
}
