using Xunit;

namespace RedisTagCache.TestSupport;

/// <summary>
/// The processors are shared by the test projects, which run at the same time. An assembly fixture of this type lets the tests of a project run beside
/// those of the others, until its first <see cref="QuietMachine"/> or <see cref="FleetMachine"/>.
/// </summary>
public sealed class MachineShare : IAsyncLifetime
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);
    private static FileStream? _shared;
    private static FileStream? _quietIsToCome;

    public async ValueTask InitializeAsync() => (_shared, _quietIsToCome) = (await LockAsync("machine", FileShare.Read), await LockAsync("quiet", FileShare.Read));

    public ValueTask DisposeAsync()
    {
        GiveUp();
        EndQuiet();
        return default;
    }

    internal static void GiveUp() => Interlocked.Exchange(ref _shared, null)?.Dispose();

    /// <summary>Tells the other projects that no <see cref="QuietMachine"/> follows in this one.</summary>
    internal static void EndQuiet() => Interlocked.Exchange(ref _quietIsToCome, null)?.Dispose();

    /// <summary>Waits for a lock on a file of the repository. The system releases it when the process ends, in whatever way.</summary>
    internal static async Task<FileStream> LockAsync(string name, FileShare share)
    {
        var path = Repository.Folder("artifacts", name + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, share == FileShare.None ? FileAccess.ReadWrite : FileAccess.Read, share);
            }
            catch (IOException)
            {
                await Task.Delay(_interval);
            }
        }
    }
}
