using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedisTagCache.TestSupport;

/// <summary>
/// A port on which nothing listens, for a server of a test, also while that is killed. It is below those that the system takes for outgoing connections, and a
/// lock on a file keeps it from the other tests, in this process and in others. The port that a node of a cluster takes besides is free as well.
/// </summary>
public sealed class LoopbackPort : IDisposable
{
    private const int First = 10_000;
    private const int Count = 12_000;
    private const int BusOffset = 10_000;
    private static readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "rtc-ports-" + Environment.UserName)).FullName;

    private readonly FileStream _lock;

    private LoopbackPort(int number, FileStream @lock) => (Number, _lock) = (number, @lock);

    public int Number { get; }

    public static LoopbackPort Take()
    {
        while (true)
        {
            var number = First + Random.Shared.Next(Count);
            if (TryLock(number) is not { } taken)
                continue;
            if (IsFree(number) && IsFree(number + BusOffset))
                return new LoopbackPort(number, taken);
            taken.Dispose();
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream? TryLock(int number)
    {
        try
        {
            var path = Path.Combine(_folder, number.ToString(CultureInfo.InvariantCulture));
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // another test has it
        }
    }

    private static bool IsFree(int number)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, number);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
