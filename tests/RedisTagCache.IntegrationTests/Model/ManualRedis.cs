using System.Diagnostics.Metrics;
using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RedisTagCache.Connection;
using RedisTagCache.Diagnostics;
using RedisTagCache.Diagnostics.Counters;
using RedisTagCache.Scripts;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Model;

/// <summary>A script that the product has sent, and the way to answer it.</summary>
/// <param name="Name">The name of the script.</param>
/// <param name="Arguments">The arguments.</param>
/// <param name="Reply">The reply.</param>
internal sealed record SentScript(string Name, string[] Arguments, TaskCompletionSource<RedisResult> Reply);

/// <summary>A connection whose server is the test: the test sees each script that the product sends, and answers it at any later time.</summary>
internal sealed class ManualRedis : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private static readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private readonly Channel<SentScript> _sent = Channel.CreateUnbounded<SentScript>();
    private readonly RedisConnection _connection;
    private readonly RedisCircuits _circuits;

    public ManualRedis(IReadOnlyList<Partition> partitions, TimeProvider time)
    {
        IDatabase? database = null;
        var layout = new LayoutAgreement("model", null, NullLogger<LayoutAgreement>.Instance);
        layout.Agree(new PartitionLayout(partitions.Count, IsSharded: false));
        var multiplexer = Stub.Of<IConnectionMultiplexer>((method, _) => method == nameof(IConnectionMultiplexer.GetDatabase) ? database : null);
        database = Stub.Of<IDatabase>((method, arguments) => method switch
        {
            nameof(IDatabase.ScriptEvaluateAsync) => Send((byte[])arguments[0]!, (RedisValue[])arguments[2]!),
            nameof(IDatabase.StringGetAsync) => Task.FromResult<RedisValue>(layout.Agreed?.ToString()), // only the layout is read
            "get_Multiplexer" => multiplexer,
            _ => throw new NotSupportedException(method),
        });
        Meter = new CacheMeter(_services.GetRequiredService<IMeterFactory>(), "default", new CacheStatistics(time));
        _connection = new RedisConnection(new Connector(multiplexer), layout, time, NullLogger<RedisConnection>.Instance);
        _circuits = new RedisCircuits(_connection, _patience, time, Meter, NullLogger<RedisCircuits>.Instance);
        _circuits.Create(partitions);
        Runner = new RedisRunner(_connection, _circuits, _patience, time, Meter);
    }

    public RedisRunner Runner { get; }

    public CacheMeter Meter { get; }

    /// <summary>Whether the product has sent a script that was not looked at.</summary>
    public bool HasSent => _sent.Reader.Count > 0;

    /// <summary>The next script that the product sends.</summary>
    public async Task<SentScript> NextAsync(string why)
    {
        using var patience = new CancellationTokenSource(_patience);
        try
        {
            return await _sent.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The product sends nothing, but {why}.");
        }
    }

    public void Dispose()
    {
        _circuits.Dispose();
        _connection.Dispose();
    }

    private Task<RedisResult> Send(byte[] hash, RedisValue[] arguments)
    {
        EmbeddedScript[] known = [InvalidationsSyncScript.Script, TagInvalidateScript.Script];
        var script = known.Single(script => script.Hash.AsSpan().SequenceEqual(hash));
        var sent = new SentScript(script.Name, [.. arguments.Select(argument => argument.ToString())], new TaskCompletionSource<RedisResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        _sent.Writer.TryWrite(sent);
        return sent.Reply.Task;
    }

    private sealed class Connector(IConnectionMultiplexer multiplexer) : IRedisConnector
    {
        public bool Return(IConnectionMultiplexer multiplexer) => false;

        public IReadOnlyCollection<EndPoint> Addresses => [];

        public Task<IConnectionMultiplexer> ConnectAsync() => Task.FromResult(multiplexer);

        public Task<IConnectionMultiplexer?> ReplaceAsync(IConnectionMultiplexer stuck, Func<IConnectionMultiplexer, Task> ask) =>
            Task.FromResult<IConnectionMultiplexer?>(null);

        public Task<Exception?> DiagnoseAsync() => Task.FromResult<Exception?>(null);
    }
}
