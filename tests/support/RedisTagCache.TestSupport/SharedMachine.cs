using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>Waits until all test projects have ended the phases before one, and keeps <see cref="QuietMachine"/> away until this project has ended it.</summary>
public abstract class SharedMachine : IAsyncLifetime
{
    private readonly MachinePhase _phase;
    private FileStream? _shared;

    private protected SharedMachine(MachinePhase phase) => _phase = phase;

    public async ValueTask InitializeAsync() => _shared = await MachineShare.EnterAsync(_phase);

    public async ValueTask DisposeAsync()
    {
        if (_shared is not null)
            await _shared.DisposeAsync();
        MachineShare.End(_phase);
        GC.SuppressFinalize(this);
    }
}

/// <summary>
/// For collections whose tests measure time and take little of the processors: they run after the <see cref="QuietMachine"/> of all projects, and beside
/// such collections of other projects.
/// </summary>
public sealed class CalmMachine() : SharedMachine(MachinePhase.Calm);

/// <summary>
/// For collections whose tests need processors at once and do not measure them: they run after the <see cref="CalmMachine"/> of all projects, and beside
/// such collections of other projects.
/// </summary>
public sealed class FleetMachine() : SharedMachine(MachinePhase.Fleet);
