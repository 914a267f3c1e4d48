using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Topology;

namespace RedisTagCache.Connection;

/// <summary>
/// One circuit for each partition: on a cluster, a server that does not respond does not affect calls to the others. Before the first connection, there is one for all.
/// </summary>
internal sealed class RedisCircuits : IDisposable
{
    private readonly RedisConnection _connection;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisCircuits> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private RedisCircuit[] _circuits = [];
    private int _open;
    private int _asking;

    public RedisCircuits(RedisConnection connection, TimeSpan timeout, TimeProvider time, CacheMeter meter, ILogger<RedisCircuits> logger)
    {
        _connection = connection;
        _timeout = timeout;
        _time = time;
        _logger = logger;
        Replacement = new ConnectionReplacement(connection, timeout, time, meter, logger);
        Connecting = Create(partition: null);
        meter.ObserveCircuit(() => Volatile.Read(ref _open) > 0 ? 1 : 0);
        connection.Restored += OnRestored;
    }

    /// <summary>Gets what replaces the connection when it is stuck.</summary>
    public ConnectionReplacement Replacement { get; }

    /// <summary>Gets the circuit of the connection itself, for calls that wait until the partitions are known.</summary>
    public RedisCircuit Connecting { get; }

    public RedisCircuit this[Partition partition] => _circuits[partition.Index];

    /// <summary>Whether there is a partition for which calls would wait.</summary>
    public bool IsAnyClosed => !(_circuits is { Length: > 0 } circuits ? Array.TrueForAll(circuits, static circuit => circuit.IsOpen) : Connecting.IsOpen);

    /// <summary>Makes the circuits of the partitions. Do so before any call for one of them.</summary>
    public void Create(IReadOnlyList<Partition> partitions) => Volatile.Write(ref _circuits, [.. partitions.Select(Create)]);

    private RedisCircuit Create(Partition? partition)
    {
        var circuit = new RedisCircuit(partition, _connection, Replacement, _timeout, _time, _stopping.Token);
        circuit.Opened += OnOpened;
        circuit.Closed += OnClosed;
        return circuit;
    }

    /// <summary>Raised when Redis answers again where it did not.</summary>
    public event Action? Closed;

    private void OnOpened(RedisCircuit opened, Exception exception)
    {
        var isFirst = Interlocked.Increment(ref _open) == 1;

        // The same server has other partitions: better that they are found out here than by their callers.
        if (Interlocked.Exchange(ref _asking, 1) == 0)
            _ = Task.Run(AskOthersAsync);
        if (!isFirst)
            return;
        Log.CircuitOpened(_logger, _connection.LocationOf(opened.Partition), FailureReasons.Of(exception));
        Log.FailureDetail(_logger, exception);
    }

    private async Task AskOthersAsync()
    {
        try
        {
            await Task.WhenAll(_circuits.Where(static circuit => !circuit.IsOpen).Select(static circuit => circuit.TryAsync())).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _asking, 0);
        }
    }

    private void OnClosed()
    {
        try
        {
            if (Interlocked.Decrement(ref _open) == 0)
                Log.CircuitClosed(_logger, _connection.Location);
        }
        finally
        {
            Closed?.Invoke();
        }
    }

    private void OnRestored()
    {
        foreach (var circuit in _circuits.Append(Connecting).Where(static circuit => circuit.IsOpen))
            _ = Task.Run(circuit.TryAsync);
    }

    public void Dispose()
    {
        _connection.Restored -= OnRestored;
        _stopping.Cancel();
    }
}
