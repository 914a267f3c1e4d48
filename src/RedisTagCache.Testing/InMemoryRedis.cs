using System.Globalization;
using System.Net;
using RedisTagCache.Testing.Connections;
using RedisTagCache.Testing.Engine;
using StackExchange.Redis;

namespace RedisTagCache.Testing;

/// <summary>
/// A Redis server inside the process, for tests. Each object is a server of its own, and hosts that share one are a fleet. It runs the scripts of the cache, and has the commands that the cache needs. Clients in the
/// process connect without a port.
/// </summary>
/// <remarks>All members are safe for concurrent use. Data is lost when the object is disposed.</remarks>
public sealed class InMemoryRedis : IAsyncDisposable, IDisposable
{
    private static int _lastNumber;

    private readonly Lock _lock = new();
    private readonly ConnectedClients _clients;
    private LoopbackListener? _listener;
    private bool _isDisposed;

    /// <summary>Creates a server.</summary>
    /// <param name="timeProvider">
    /// The clock of the server, such as a <c>FakeTimeProvider</c>. It should also be the clock of the application. The default is a clock that starts at the current time and can be moved by <see cref="Advance"/>.
    /// </param>
    public InMemoryRedis(TimeProvider? timeProvider = null)
    {
        TimeProvider = timeProvider ?? new ServerClock();
        Engine = new RedisEngine(TimeProvider);
        _clients = new ConnectedClients(Engine);
        Connection = NewConfigurationOptions(new DnsEndPoint(string.Create(CultureInfo.InvariantCulture, $"in-memory-redis-{Interlocked.Increment(ref _lastNumber)}"), 6379));
    }

    /// <summary>Gets the clock of the server, which all expirations follow. Use it as the clock of the application too.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Gets the evictions that the server has confirmed, the oldest first.</summary>
    public IReadOnlyList<TagEviction> Evictions => Engine.Evictions.All;

    /// <summary>
    /// Gets or sets whether the server is down. All connections end, and new ones are refused. Data is kept: call <see cref="Clear"/> to lose it. Clients connect again within a second after the server is up. The default is <see langword="false"/>.
    /// </summary>
    public bool IsDown
    {
        get => Engine.IsDown;
        set => Engine.IsDown = value;
    }

    /// <summary>
    /// Gets or sets how long each reply takes, in real time. Must be at least zero, or <see cref="Timeout.InfiniteTimeSpan"/> for a server that hangs: it runs commands, but its replies wait until the latency changes.
    /// The default is zero.
    /// </summary>
    public TimeSpan Latency
    {
        get => Engine.Faults.Latency;
        set => Engine.Faults.Latency = value >= TimeSpan.Zero || value == Timeout.InfiniteTimeSpan ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(InMemoryRedis)}.{nameof(Latency)} must be at least zero or {nameof(Timeout)}.{nameof(Timeout.InfiniteTimeSpan)}, but was {value}.");
    }

    /// <summary>Gets or sets whether messages between the instances are lost. They then learn of evictions by polls, within two seconds. The default is <see langword="false"/>.</summary>
    public bool LosesMessages
    {
        get => Engine.Faults.LosesMessages;
        set => Engine.Faults.LosesMessages = value;
    }

    /// <summary>Gets or sets whether writes are rejected with an error, as by a server without memory. The default is <see langword="false"/>.</summary>
    public bool RejectsWrites
    {
        get => Engine.Faults.RejectsWrites;
        set => Engine.Faults.RejectsWrites = value;
    }

    internal RedisEngine Engine { get; }

    /// <summary>Gets the options that all caches of the server share, so that those of one application share a connection.</summary>
    internal ConfigurationOptions Connection { get; }

    /// <summary>Moves the clock of the server forward, so that entries expire. Commands that were sent before have run. Timers continue in real time.</summary>
    /// <param name="by">The time. Must be at least zero.</param>
    /// <exception cref="InvalidOperationException">The clock was passed to the constructor. Advance that clock instead.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        if (TimeProvider is not ServerClock clock)
            throw new InvalidOperationException($"The server uses the clock that was passed to its constructor, a {TimeProvider.GetType().Name}. Advance that clock instead.");
        _clients.WaitForCommands();
        clock.Advance(by);
    }

    /// <summary>Removes all data, as <c>FLUSHALL</c> does.</summary>
    public void Clear() => Engine.Clear();

    /// <summary>Returns whether a tag was evicted since the start or the last <see cref="ClearEvictions"/>, in any cache of the server. An eviction of <c>*</c> counts for each tag.</summary>
    /// <param name="tag">The tag. It is not case-sensitive.</param>
    /// <returns><see langword="true"/> if the server has confirmed an eviction. An expiration does not count.</returns>
    /// <exception cref="ArgumentException"><paramref name="tag"/> is not a valid tag.</exception>
    public bool WasEvicted(string tag) => Evictions.Any(eviction => !eviction.IsExpiration && eviction.Reaches(tag));

    /// <summary>Returns whether a tag was expired since the start or the last <see cref="ClearEvictions"/>, in any cache of the server.</summary>
    /// <param name="tag">The tag. It is not case-sensitive.</param>
    /// <returns><see langword="true"/> if the server has confirmed an expiration. An eviction does not count.</returns>
    /// <exception cref="ArgumentException"><paramref name="tag"/> is not a valid tag.</exception>
    public bool WasExpired(string tag) => Evictions.Any(eviction => eviction.IsExpiration && eviction.Reaches(tag));

    /// <summary>Forgets the evictions so far. It does not change what is cached.</summary>
    public void ClearEvictions() => Engine.Evictions.Clear();

    /// <summary>Listens on a free port of the loopback address, for clients in other processes.</summary>
    /// <param name="cancellationToken">Not used, because the port is open when the method returns.</param>
    /// <returns>The connection string. It is the same for each call.</returns>
    /// <exception cref="ObjectDisposedException">The server has ended.</exception>
    public Task<string> ListenAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return Task.FromResult((_listener ??= new LoopbackListener(Engine)).Address);
        }
    }

    /// <summary>Returns options with which StackExchange.Redis connects to the server inside the process.</summary>
    /// <returns>The options. Each call returns a new object.</returns>
    public ConfigurationOptions CreateConfigurationOptions() => Connection.Clone();

    /// <summary>Ends the server and its connections. A command that is running comes to its end before.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _listener?.Dispose();
        }

        Engine.Dispose();
    }

    /// <summary>Ends the server and its connections.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private ConfigurationOptions NewConfigurationOptions(EndPoint endPoint) => new()
    {
        Defaults = _clients,
        EndPoints = { endPoint },
        Tunnel = new InProcessTunnel(Engine),
    };
}
