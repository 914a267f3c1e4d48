using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using RedisTagCache.Diagnostics;
using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>
/// Opens after a few failures, so that calls no longer wait for a Redis that does not answer; a probe of its own, never a caller, finds out
/// when it answers again.
/// </summary>
/// <remarks>
/// The window spans a few timeouts, so that calls made one after another open the circuit too, and the ratio is low, because in a busy
/// window the successes from before the trouble still count.
/// </remarks>
internal sealed class RedisCircuit : IDisposable
{
    private const double FailureRatio = 0.1;
    private const int Failures = 3;
    private const int WindowInTimeouts = 4;
    private static readonly TimeSpan _probeInterval = TimeSpan.FromMilliseconds(500);

    private readonly RedisConnection _connection;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisCircuit> _logger;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly CancellationTokenSource _stopping = new();
    private int _probing;

    public RedisCircuit(RedisConnection connection, TimeSpan timeout, TimeProvider time, CacheMeter meter, ILogger<RedisCircuit> logger)
    {
        _connection = connection;
        _timeout = timeout;
        _time = time;
        _logger = logger;
        var window = WindowInTimeouts * timeout;
        Pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = static outcome => new(RedisFailure.IsAway(outcome.Outcome.Exception)),
                FailureRatio = FailureRatio,
                MinimumThroughput = Failures,
                SamplingDuration = window > TimeSpan.FromSeconds(1) ? window : TimeSpan.FromSeconds(1),
                BreakDuration = TimeSpan.FromDays(1), // the probe ends it
                StateProvider = _state,
                ManualControl = _control,
                OnOpened = OnOpened,
            })
            .Build();
        meter.ObserveCircuit(() => IsOpen ? 1 : 0);
        connection.Restored += OnRestored;
    }

    public ResiliencePipeline Pipeline { get; }

    public bool IsOpen => _state.CircuitState != CircuitState.Closed;

    /// <summary>Raised when Redis answers again after the circuit was open.</summary>
    public event Action? Closed;

    private ValueTask OnOpened(OnCircuitOpenedArguments<object> arguments)
    {
        Log.CircuitOpened(_logger, arguments.Outcome.Exception);
        if (Interlocked.Exchange(ref _probing, 1) == 0)
            _ = Task.Run(ProbeAsync);
        return default;
    }

    private void OnRestored()
    {
        if (IsOpen)
            _ = Task.Run(TryCloseAsync);
    }

    private async Task ProbeAsync()
    {
        try
        {
            do
            {
                await Task.Delay(_probeInterval, _time, _stopping.Token).ConfigureAwait(false);
            }
            while (IsOpen && !await TryCloseAsync().ConfigureAwait(false) && await ReconfigureAsync().ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            return; // disposed
        }
        finally
        {
            Volatile.Write(ref _probing, 0);
        }

        // It may have opened again between the last look and the end of this probe.
        if (IsOpen && Interlocked.Exchange(ref _probing, 1) == 0)
            _ = Task.Run(ProbeAsync);
    }

    /// <summary>Another server may have become the primary without the client having heard of it. True in any case.</summary>
    private async Task<bool> ReconfigureAsync()
    {
        try
        {
            await _connection.ReconfigureAsync().WaitAsync(_timeout, _time, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested && RedisFailure.IsRedis(e))
        {
            // the next probe asks again
        }

        return true;
    }

    private async Task<bool> TryCloseAsync()
    {
        try
        {
            var database = await _connection.GetDatabaseAsync().AsTask().WaitAsync(_timeout, _time, _stopping.Token).ConfigureAwait(false);
            await database.PingAsync(CommandFlags.DemandMaster).WaitAsync(_timeout, _time, _stopping.Token).ConfigureAwait(false);
            await _control.CloseAsync(_stopping.Token).ConfigureAwait(false);
            Log.CircuitClosed(_logger);
            Closed?.Invoke();
            return true;
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested && RedisFailure.IsRedis(e))
        {
            return false;
        }
    }

    public void Dispose()
    {
        _connection.Restored -= OnRestored;
        _stopping.Cancel();
    }
}
